"""Methods that change an array or a hash itself: all who hold it see that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import containers
from glctl.gitlabrb.comparing import same
from glctl.gitlabrb.values import UNKNOWN, Hash

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.gitlabrb.methods import Call


def changed(does: Callable[..., Any], *, nil: bool = True) -> Callable[..., Any]:
    """The method that puts into its array what *does* makes of it; *nil* is its value if that is the same."""

    def change(call: Call, items: list[Any], *arguments: Any) -> Any:
        result = does(call, items, *arguments)
        if result is UNKNOWN:
            return UNKNOWN
        is_same = len(result) == len(items) and all(a is b for a, b in zip(result, items, strict=True))
        items[:] = result
        return None if nil and is_same else items

    return change


def changed_hash(does: Callable[..., Any], *, nil: bool = True) -> Callable[..., Any]:
    """As :func:`changed`, for a hash."""

    def change(call: Call, values: Hash, *arguments: Any) -> Any:
        result = does(call, values, *arguments)
        is_same = [entry.key for entry in result] == [entry.key for entry in values]
        _refill(call, values, result)
        return None if nil and is_same else values

    return change


def replace_hash(call: Call, values: Hash, other: Hash) -> Hash:
    """``values.replace(other)``"""
    _refill(call, values, containers.dup(call, other))
    return values


def _refill(call: Call, values: Hash, new: Hash) -> None:
    span = call.ev.source.span(call.node)
    entries = list(new)
    for entry in list(values):
        values.remove(entry.key)
    for entry in entries:
        call.ev.configuration.store(values, entry.key, entry.value, entry.span or span)


def store(call: Call, values: Hash, key: Any, value: Any) -> Any:
    """``values.store(key, value)``"""
    call.ev.configuration.store(values, key, value, call.ev.source.span(call.node))
    return value


def delete_key(call: Call, values: Hash, key: Any) -> Any:
    """``values.delete(key)``: the value that was there."""
    entry = values.remove(key)
    if entry is None:
        return call.block(key) if call.block else None
    return entry.value


def clear_hash(_call: Call, values: Hash) -> Hash:
    """``values.clear``"""
    for entry in list(values):
        values.remove(entry.key)
    return values


def delete(call: Call, items: list[Any], unwanted: Any) -> Any:
    """``items.delete(value)``: the value, nil if it was not there."""
    kept = [item for item in items if not same(item, unwanted, call.ev.budget)]
    found = len(kept) < len(items)
    items[:] = kept
    return unwanted if found else None


def delete_at(_call: Call, items: list[Any], index: int) -> Any:
    """``items.delete_at(0)``"""
    return items.pop(index) if -len(items) <= index < len(items) else None


def pop(_call: Call, items: list[Any]) -> Any:
    """``items.pop``"""
    return items.pop() if items else None


def shift(_call: Call, items: list[Any]) -> Any:
    """``items.shift``"""
    return items.pop(0) if items else None


def unshift(call: Call, items: list[Any], *new: Any) -> list[Any]:
    """``items.unshift(value)``"""
    call.ev.budget.spend_values(len(new))
    items[:0] = new
    return items


def insert(call: Call, items: list[Any], index: int, *new: Any) -> list[Any]:
    """``items.insert(1, value)``"""
    if not -len(items) - 1 <= index <= len(items):
        raise call.refused("this place is outside of the array", "Use a place within it.")
    call.ev.budget.spend_values(len(new))
    at = index if index >= 0 else len(items) + 1 + index
    items[at:at] = new
    return items


def clear(_call: Call, items: list[Any]) -> list[Any]:
    """``items.clear``"""
    items.clear()
    return items
