"""Assignments: ``registry['k'] = v``, ``self.external_url = v``, and local variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, unsupported
from glctl.gitlabrb.methods import invoke
from glctl.gitlabrb.references import (
    container_and_key,
    hash_key,
    never_a_name,
    no_keys,
    setting_name,
    unknown_word,
)
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.setters import assign_setting
from glctl.gitlabrb.values import UNKNOWN, Hash, Library, truthy

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

# Takes a value where the left side of an assignment says.
Put = Callable[[Any], None]


def assignment(ev: Evaluator, node: Node) -> Any:
    """``left = right``. What the left side reads is read first, as Ruby does."""
    left, equals, right = ev.parts(node)
    if right.type == "assignment" and right.start_point.row != equals.start_point.row:
        ev.warn(
            equals,
            codes.NEXT_LINE,
            "there is no value behind this =, so Ruby takes the next line for it",
            "Write the value on the same line.",
        )
    put = _target(ev, left, node)
    value = ev.data(right)
    put(value)
    return value


def operator_assignment(ev: Evaluator, node: Node) -> Any:
    """``left ||= right``, ``left += right``: reads first, and so makes a key of settings."""
    left, operator, right = ev.parts(node)
    if left.type == "identifier":
        ev.locals.setdefault(ev.source.text_of(left), None)
    old = ev.data(left)
    if old is UNKNOWN:
        ev.forget(node)
        return UNKNOWN
    sign = operator.type.removesuffix("=")
    if sign in ("||", "&&"):
        if truthy(old) is (sign == "||"):
            return old
        value = ev.data(right)
    else:
        value = invoke(ev, node, old, sign, [ev.data(right)])
    _target(ev, left, node)(value)
    return value


def _target(ev: Evaluator, left: Node, node: Node) -> Put:
    """Where the value goes: nowhere if the left side is refused, since the right side is worth checking."""
    try:
        if (target := _TARGETS.get(left.type)) is None:
            raise unsupported.construct(left)
        return target(ev, left, node)
    except RefusedError as refused:
        ev.refuse(refused)
        return _nowhere


def _nowhere(_value: Any) -> None:
    pass


def _element(ev: Evaluator, left: Node, node: Node) -> Put:
    """``registry['a']['b'] = value``"""
    container, key = container_and_key(ev, left)
    if container is UNKNOWN or key is UNKNOWN:
        return _nowhere
    if isinstance(container, Library):
        name = setting_name(ev, left, container, key)
        return lambda value: assign_setting(ev, node, name, value)
    if not isinstance(container, Hash):
        raise no_keys(left, container)
    hash_key(left, key)
    span = ev.source.span(node)
    return lambda value: ev.configuration.store(container, key, value, span)


def _attribute(ev: Evaluator, left: Node, node: Node) -> Put:
    """``self.external_url = value``"""
    receiver, dot, name_node = ev.parts(left)
    if receiver.type != "self" or dot.type != "." or name_node.type != "identifier":
        raise RefusedError(
            left,
            codes.UNSUPPORTED,
            "an assignment to something behind a dot is not supported",
            "Write: registry['key'] = value",
        )
    name = ev.source.text_of(name_node)
    if name not in ev.configuration.names:
        raise unknown_word(name_node, name, ev.configuration.names)
    return lambda value: assign_setting(ev, node, name, value)


def _local_variable(ev: Evaluator, left: Node, node: Node) -> Put:
    """``name = value``"""
    name = ev.source.text_of(left)
    if refused := never_a_name(left, name):
        raise refused
    if name in ev.configuration.names and name not in ev.locals:
        keys = name in ev.configuration.names.hashes
        ev.warn(
            node,
            codes.LOCAL_VARIABLE,
            f"this makes a variable {name} and leaves the setting {name} as it is",
            f"Write: {name}['key'] = value" if keys else f"Write it without =: {name} 'value'",
        )
    # Ruby knows the variable, as nil, before it looks at the right side.
    ev.locals.setdefault(name, None)

    def put(value: Any) -> None:
        ev.locals[name] = value

    return put


_TARGETS: dict[str, Callable[[Evaluator, Node, Node], Put]] = {
    "call": _attribute,
    "element_reference": _element,
    "identifier": _local_variable,
}
