"""Which statements are evaluated: ``if``, ``unless``, ``… ? … : …``, ``case``, and what is skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.comparing import covers
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, truthy

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator


class NextError(Exception):
    """``next`` in a block."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def if_(ev: Evaluator, node: Node) -> Any:
    """``if a … elsif b … else … end``, ``a ? b : c``"""
    return _choice(ev, node, "consequence", "alternative")


def unless(ev: Evaluator, node: Node) -> Any:
    """``unless a … else … end``"""
    return _choice(ev, node, "alternative", "consequence")


def if_modifier(ev: Evaluator, node: Node) -> Any:
    """``statement if condition``"""
    return _choice(ev, node, "body", None)


def unless_modifier(ev: Evaluator, node: Node) -> Any:
    """``statement unless condition``"""
    return _choice(ev, node, None, "body")


def _choice(ev: Evaluator, node: Node, if_true: str | None, if_false: str | None) -> Any:
    """The value of one of the fields of *node*; nil where the one to take is not there."""
    ev.declare(node)
    condition = ev.value(ev.field(node, "condition"))
    if condition is UNKNOWN:
        ev.forget(node)
        return UNKNOWN
    taken = if_true if truthy(condition) else if_false
    branch = node.child_by_field_name(taken) if taken else None
    return None if branch is None else ev.value(branch)


def case(ev: Evaluator, node: Node) -> Any:
    """``case value when a, b then … else … end``"""
    subject = node.child_by_field_name("value")
    if subject is None:
        raise RefusedError(node, codes.UNSUPPORTED, "a case without a value is not supported", "Write: if …")
    ev.declare(node)
    value = ev.value(subject)
    for branch in ev.parts(node):
        if value is UNKNOWN:
            break
        if branch.type == "when":
            found = _is_met(ev, branch, value)
            if found is UNKNOWN:
                break
            if found:
                body = branch.child_by_field_name("body")
                return None if body is None else ev.value(body)
        elif branch.type == "else" and branch.is_named:
            return ev.value(branch)
    else:
        return None
    ev.forget(node)
    return UNKNOWN


def _is_met(ev: Evaluator, branch: Node, value: Any) -> Any:
    for pattern in branch.children_by_field_name("pattern"):
        wanted = ev.data(pattern.children[0])
        if wanted is UNKNOWN:
            return UNKNOWN
        if covers(wanted, value, ev.budget):
            return True
    return False


def next_(ev: Evaluator, node: Node) -> Any:
    """``next`` and ``next value`` in a block."""
    if not ev.in_block:
        raise RefusedError(node, codes.SYNTAX, "next outside of a block", "Remove it.")
    arguments = [child for child in ev.parts(node) if child.type == "argument_list"]
    raise NextError(ev.data(arguments[0].children[0]) if arguments else None)
