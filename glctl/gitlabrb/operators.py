"""Operators between values. All but those that may leave out their right side are methods of the left one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, program
from glctl.gitlabrb.classes import CLASSES
from glctl.gitlabrb.libraries import FUNCTIONS, LIBRARIES
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
    return invoke(ev, node, one, operator.type, [other], place=left)


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
    if operator.type == "defined?":
        return _defined(ev, operand)
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


def _defined(ev: Evaluator, operand: Node) -> str | None:
    """``defined?(name)``; settings are no methods of their own, and so not defined."""
    while operand.type == "parenthesized_statements" and len(operand.named_children) == 1:
        operand = operand.named_children[0]
    name = ev.source.text_of(operand)
    if operand.type == "identifier":
        return "local-variable" if name in ev.locals else "method" if name in FUNCTIONS else None
    if operand.type == "constant":
        known = name == "ENV" or name in ev.constants or name in LIBRARIES or name in CLASSES
        return "constant" if known else None
    raise RefusedError(operand, codes.UNSUPPORTED, "defined? of this is not supported", "Write: value.nil?")


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
    return program.body(ev, node)
