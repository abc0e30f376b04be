"""Operators between two values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, describe, is_string

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

_HINTS = {
    "==": "To set a value, write a single =",
    "||": "Write the value for this host.",
    "&&": "Write the value for this host.",
    "+": "Write the sum itself.",
    "*": "Write the product itself.",
}


def binary(ev: Evaluator, node: Node) -> Any:
    """``'a' + 'b'``"""
    left, operator, right = ev.parts(node)
    one = ev.data(left)
    other = ev.data(right) if one is not UNKNOWN else UNKNOWN
    if other is UNKNOWN:
        return UNKNOWN
    if operator.type != "+":
        hint = _HINTS.get(operator.type, "Write the resulting value.")
        raise RefusedError(node, codes.UNSUPPORTED, f"the operator {operator.type} is not supported", hint)
    return _sum(ev, node, one, other)


def _sum(ev: Evaluator, node: Node, one: Any, other: Any) -> Any:
    if not is_string(one):
        raise RefusedError(
            node,
            codes.UNSUPPORTED,
            f"+ behind {describe(one)} is not supported",
            "Write the resulting value.",
        )
    if not is_string(other):
        raise RefusedError(
            node, codes.TYPE_ERROR, f"a string + {describe(other)}", 'Put the value into text: "…#{value}"'
        )
    ev.budget.spend_text(len(one) + len(other))
    return one + other


def parenthesized_statements(ev: Evaluator, node: Node) -> Any:
    """``(value)``"""
    parts = ev.parts(node)
    if len(parts) != 3:
        raise RefusedError(
            node, codes.UNSUPPORTED, "parentheses must hold one value here", "Write: name('value')"
        )
    return ev.value(parts[1])
