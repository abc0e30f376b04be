"""Methods that change a string, such as ``<<`` and ``gsub!``.

Strings are Python's, which never change: the changed one takes the place of the old. Where more than one name
holds the old one, all of them would change in Ruby; that is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import Hash

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

_SIMPLE_KEYS = frozenset({"string", "simple_symbol", "integer", "identifier"})


def take_place(ev: Evaluator, node: Node, place: Node | None, old: str, new: str) -> None:
    """Put *new* where *old* was, which the expression *place* gave."""
    from glctl.gitlabrb.assignments import target

    if new == old:
        return
    holder = _holder(ev, place)
    if any(old is value for value in ev.env.variables.values()):
        raise _refused(node, "a string of the environment cannot be changed")
    if _count(ev, old) > (holder is not None):
        raise _refused(node, "this would also change a string that stands elsewhere, which is not supported")
    if holder is not None:
        target(ev, holder, node)(new)


def _holder(ev: Evaluator, place: Node | None) -> Node | None:
    """The variable or the key that *place* is, where it is one. ``a << 'b' << 'c'`` changes ``a`` twice."""
    while place is not None and place.type == "binary" and place.children[1].type == "<<":
        place = place.children[0]
    if place is None:
        return None
    if place.type == "identifier":
        name = ev.source.text_of(place)
        scope = ev.locals.of(name)
        return None if scope is None or name in scope.parameters else place
    if place.type == "element_reference" and place.named_children[-1].type in _SIMPLE_KEYS:
        return place
    return None


def _count(ev: Evaluator, text: str) -> int:
    """How often *text* itself, not an equal one, stands in variables and settings."""
    count = 0
    seen: set[int] = set()
    values: list[Any] = [*ev.locals.values(), *ev.constants.values(), ev.configuration.everything]
    while values:
        value = values.pop()
        count += value is text
        if isinstance(value, list | Hash) and id(value) not in seen:
            seen.add(id(value))
            ev.budget.spend_walk(value)
            values += value if isinstance(value, list) else (entry.value for entry in value)
    return count


def _refused(node: Node, message: str) -> RefusedError:
    hint = "Make a new string: name += 'more', name = name.gsub('old', 'new')"
    return RefusedError(node, codes.UNSUPPORTED, message, hint)
