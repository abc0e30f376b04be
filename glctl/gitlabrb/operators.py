"""Operators between values. All but those that may leave out their right side are methods of the left one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.methods import invoke
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, describe, truthy

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

OR = frozenset({"||", "or"})
_NO_NOT = frozenset({"assignment", "operator_assignment", "argument_list", "array", "pair"})
_WITHOUT_ORDER = frozenset({"==", "!=", "=~", "!~", "===", "<=>"})
AND = frozenset({"&&", "and"})


def binary(ev: Evaluator, node: Node) -> Any:
    """``a || b``, ``a + b``"""
    check_binary(ev, node)
    left, operator, right = ev.parts(node)
    if operator.type in OR | AND:
        return _short(ev, left, right, operator.type in OR)
    one = ev.data(left)
    other = ev.data(right) if one is not UNKNOWN else UNKNOWN
    return invoke(ev, node, one, operator.type, [other])


def check_binary(ev: Evaluator, node: Node) -> None:
    """Raise RefusedError for ``a == b == c``, which has no order in Ruby, and for ``[a or b]``."""
    left, operator, right = ev.parts(node)
    if operator.type in ("and", "or") and node.parent is not None and node.parent.type in _NO_NOT:
        other = "&&" if operator.type == "and" else "||"
        raise RefusedError(
            operator, codes.SYNTAX, f"Ruby allows no {operator.type} here", f"Write {other} instead."
        )
    if operator.type in _WITHOUT_ORDER:
        for side in (left, right):
            if side.type == "binary" and ev.parts(side)[1].type in _WITHOUT_ORDER:
                raise RefusedError(
                    operator,
                    codes.SYNTAX,
                    f"Ruby does not know which {operator.type} comes first",
                    "Write parentheses: (a == b) == c",
                )


def _short(ev: Evaluator, left: Node, right: Node, wants: bool) -> Any:
    """The left side if it decides, else the right one."""
    one = ev.data(left)
    if one is UNKNOWN or truthy(one) is wants:
        ev.declare(right)
        return one
    return ev.data(right)


def unary(ev: Evaluator, node: Node) -> Any:
    """``!a``, ``not a``, ``-1``"""
    check_unary(ev, node)
    operator, operand = ev.parts(node)
    if operator.type in ("!", "not"):
        value = ev.data(operand)
        return UNKNOWN if value is UNKNOWN else not truthy(value)
    if operator.type not in "+-":
        raise RefusedError(
            node,
            codes.UNSUPPORTED,
            f"the operator {operator.type} is not supported",
            "Write the value itself.",
        )
    return _signed(ev, node, operator, operand)


def check_unary(ev: Evaluator, node: Node) -> None:
    """Raise RefusedError for ``[not a]`` and ``-a = 1``."""
    operator, operand = ev.parts(node)
    if operator.type == "not" and node.parent is not None and node.parent.type in _NO_NOT:
        raise RefusedError(operator, codes.SYNTAX, "Ruby allows no not here", "Write ! instead.")
    if operator.type in ("+", "-") and operand.type == "assignment":
        raise RefusedError(operator, codes.SYNTAX, f"{operator.type} before a setting", "Remove it.")


def _signed(ev: Evaluator, node: Node, operator: Node, operand: Node) -> Any:
    value = ev.value(operand)
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError(
            node,
            codes.TYPE_ERROR,
            f"{operator.type} in front of {describe(value)}",
            "Write the value itself.",
        )
    return -value if operator.type == "-" else value


def parenthesized_statements(ev: Evaluator, node: Node) -> Any:
    """``(value)``"""
    parts = ev.parts(node)
    if len(parts) != 3:
        raise RefusedError(
            node, codes.UNSUPPORTED, "parentheses must hold one value here", "Write: name('value')"
        )
    return ev.value(parts[1])
