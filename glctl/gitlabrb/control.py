"""Which statements are evaluated: ``if``, ``unless``, ``… ? … : …``, ``case``, and what is skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, program, unsupported
from glctl.gitlabrb.comparing import covers
from glctl.gitlabrb.literals import collected
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, truthy

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator


_ANY_TRUE = object()  # what a case without a value looks for


class BreakError(Exception):
    """``break`` in a block or a loop."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class NextError(Exception):
    """``next`` in a block or a loop."""

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
    ev.declare(node)
    value = _ANY_TRUE if subject is None else ev.value(subject)
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
        wanted = collected(ev, [pattern.children[0]])
        if any(each is UNKNOWN for each in wanted):
            return UNKNOWN
        if any(truthy(each) if value is _ANY_TRUE else covers(ev, each, value) for each in wanted):
            return True
    return False


def break_(ev: Evaluator, node: Node) -> Any:
    """``break`` and ``break value`` in a block or a loop."""
    raise BreakError(_result(ev, node, "break"))


def next_(ev: Evaluator, node: Node) -> Any:
    """``next`` and ``next value`` in a block or a loop."""
    raise NextError(_result(ev, node, "next"))


def _result(ev: Evaluator, node: Node, word: str) -> Any:
    if not ev.in_block:
        raise RefusedError(node, codes.SYNTAX, f"{word} outside of a block", "Remove it.")
    arguments = [child for child in ev.parts(node) if child.type == "argument_list"]
    return ev.data(arguments[0].children[0]) if arguments else None


def begin(ev: Evaluator, node: Node) -> Any:
    """``begin … end``, without rescue and ensure"""
    for part in ev.parts(node):
        if part.type in ("rescue", "ensure", "else") and part.is_named:
            raise unsupported.construct(part)
    return program.body(ev, node)
