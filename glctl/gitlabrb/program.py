"""The file as a whole: its statements, one after the other, up to ``__END__``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

# Kinds that only make a value. As a statement, they are what is left of a setting on two lines.
_VALUES = frozenset(
    "array chained_string delimited_symbol element_reference false float hash identifier integer nil "
    "simple_symbol string true".split()
)


def program(ev: Evaluator, node: Node) -> None:
    """A stretch of statements. One that is refused does not keep the others from being evaluated."""
    for statement in ev.parts(node):
        if statement.type == ";":
            continue
        ev.reach(statement)
        if ev.value(statement) is not UNKNOWN and statement.type in _VALUES:
            ev.warn(
                statement,
                codes.NO_EFFECT,
                "nothing is done with this value",
                "Write a setting and its value on one line: registry['key'] = value",
            )
        elif _compares(ev, statement):
            ev.warn(statement, codes.NO_EFFECT, "== compares, and sets nothing", "Write = to set it.")


def _compares(ev: Evaluator, statement: Node) -> bool:
    """``registry['key'] == value``, whose answer nobody uses."""
    if statement.type != "binary":
        return False
    left, operator, _right = ev.parts(statement)
    return operator.type == "==" and left.type in ("element_reference", "identifier")


def body(ev: Evaluator, node: Node) -> Any:
    """Statements inside of others; the value of the last one is theirs."""
    value: Any = None
    for statement in ev.parts(node):
        if statement.is_named:
            ev.reach(statement)
            value = ev.value(statement)
    return value


def inner_text(ev: Evaluator, node: Node) -> str:
    """What stands between the first and the last sign of *node*, as it is written."""
    return ev.source.slice(node.children[0].end_byte, node.children[-1].start_byte)


def uninterpreted(ev: Evaluator, node: Node) -> None:
    """What follows ``__END__``, which must be alone on its line."""
    row = node.start_point.row
    if ev.source.lines[row] != "__END__":
        raise RefusedError(
            node, codes.SYNTAX, "__END__ must stand alone on its line", "Remove what is beside it."
        )
