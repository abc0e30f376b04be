"""Assignments: ``registry['k'] = v``, ``self.external_url = v``, and local variables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, slices, unsupported
from glctl.gitlabrb.classes import CLASSES
from glctl.gitlabrb.libraries import LIBRARIES
from glctl.gitlabrb.methods import Call, invoke
from glctl.gitlabrb.references import (
    container_and_keys,
    hash_key,
    never_a_name,
    no_keys,
    read_element,
    reserved,
    setting_name,
    unknown_word,
)
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.setters import assign_setting, check_setting
from glctl.gitlabrb.values import UNKNOWN, Environment, Hash, Library, Mash, truthy

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
    put = target(ev, left, node)
    value = ev.data(right)
    put(value)
    return value


def operator_assignment(ev: Evaluator, node: Node) -> Any:
    """``left ||= right``, ``left += right``: reads first, and so makes a key of settings."""
    left, operator, right = ev.parts(node)
    if left.type == "identifier":
        ev.locals.declare(ev.source.text_of(left))
    elif left.type == "constant":
        ev.constants.setdefault(ev.source.text_of(left), None)
    old, put = _read_and_put(ev, left, node)
    if old is UNKNOWN:
        ev.forget(node)
        return UNKNOWN
    sign = operator.type.removesuffix("=")
    if sign == "||" and isinstance(old, Mash) and not len(old) and ev.source.text_of(right) != "{}":
        ev.warn(
            node,
            codes.NO_EFFECT,
            "||= sets nothing here: to read a setting that is not set makes it an empty hash",
            "Write it with =, not ||=.",
        )
    if sign in ("||", "&&"):
        if truthy(old) is (sign == "||"):
            return old
        value = ev.data(right)
    else:
        value = invoke(ev, node, old, sign, [ev.data(right)], place=left)
    put(value)
    return value


def _read_and_put(ev: Evaluator, left: Node, node: Node) -> tuple[Any, Put]:
    """What *left* holds, and what gives it another value. Its keys are worked out once."""
    # Where it cannot be put, that matters only once it is.
    if left.type != "element_reference":
        return ev.data(left), lambda value: target(ev, left, node)(value)  # noqa: PLW0108 - looked up only when put
    container, *keys = container_and_keys(ev, left)
    if container is UNKNOWN or any(key is UNKNOWN for key in keys):
        return UNKNOWN, _nowhere
    old = read_element(ev, left, container, keys)
    return old, lambda value: _element_of(ev, left, node, container, keys)(value)  # noqa: PLW0108 - looked up only when put


def target(ev: Evaluator, left: Node, node: Node) -> Put:
    """Where the value goes: nowhere if the left side is refused, since the right side is worth checking."""
    try:
        if (kind := _TARGETS.get(left.type)) is None:
            raise unsupported.construct(left)
        return kind(ev, left, node)
    except RefusedError as refused:
        ev.refuse(refused)
        return _nowhere


def _nowhere(_value: Any) -> None:
    pass


def _element(ev: Evaluator, left: Node, node: Node) -> Put:
    """``registry['a']['b'] = value``"""
    container, *keys = container_and_keys(ev, left)
    if container is UNKNOWN or any(key is UNKNOWN for key in keys):
        return _nowhere
    return _element_of(ev, left, node, container, keys)


def _element_of(ev: Evaluator, left: Node, node: Node, container: Any, keys: list[Any]) -> Put:
    if len(keys) != 1:
        raise RefusedError(
            left,
            codes.UNSUPPORTED,
            "brackets must hold one key here",
            "Write: registry['key'] or registry['a']['b']",
        )
    (key,) = keys
    if isinstance(container, list):
        return lambda value: slices.put(Call(ev, left), container, key, value)
    if isinstance(container, Library):
        name = setting_name(ev, left, container, key)
        return lambda value: assign_setting(ev, node, name, value)
    if isinstance(container, Environment):
        raise RefusedError(
            left,
            codes.UNSUPPORTED,
            "setting an environment variable is not supported",
            "Use a local variable: name = 'value'",
        )
    if not isinstance(container, Hash):
        raise no_keys(ev, left, container)
    hash_key(left, key)
    span = ev.source.span(node)

    def put(value: Any) -> None:
        check_setting(ev, node, value)
        ev.configuration.store(container, key, value, span)

    return put


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
        raise unknown_word(ev, name_node, name)
    return lambda value: assign_setting(ev, node, name, value)


def _local_variable(ev: Evaluator, left: Node, node: Node) -> Put:
    """``name = value``"""
    name = ev.source.text_of(left)
    if refused := reserved(left, name):
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
    ev.locals.declare(name)

    def put(value: Any) -> None:
        ev.locals[name] = value

    return put


def _constant(ev: Evaluator, left: Node, _node: Node) -> Put:
    """``NAME = value``"""
    name = ev.source.text_of(left)
    if refused := never_a_name(left, name):
        raise refused
    if name == "ENV" or name in LIBRARIES or name in CLASSES:
        raise RefusedError(left, codes.UNSUPPORTED, f"{name} cannot be replaced", "Choose another name.")

    def put(value: Any) -> None:
        ev.constants[name] = value

    return put


def _several(ev: Evaluator, left: Node, node: Node) -> Put:
    """``a, b = values``, ``first, *others = values``"""
    targets = [part for part in ev.parts(left) if part.type not in (",", "(", ")")]
    places = [(part.type == "rest_assignment", _one_of_several(ev, part, node)) for part in targets]

    def put(value: Any) -> None:
        values = list(value) if isinstance(value, list) else [value]
        for number, (is_rest, put_one) in enumerate(places):
            if is_rest:
                count = max(len(values) - (len(places) - number - 1), 0)
                put_one(UNKNOWN if value is UNKNOWN else values[:count])
                del values[:count]
            else:
                put_one(UNKNOWN if value is UNKNOWN else values.pop(0) if values else None)

    return put


def _one_of_several(ev: Evaluator, part: Node, node: Node) -> Put:
    if part.type != "rest_assignment":
        return target(ev, part, node)
    name = part.named_children
    return target(ev, name[0], node) if name else _nowhere


_TARGETS: dict[str, Callable[[Evaluator, Node, Node], Put]] = {
    "call": _attribute,
    "constant": _constant,
    "destructured_left_assignment": _several,
    "element_reference": _element,
    "identifier": _local_variable,
    "left_assignment_list": _several,
}
