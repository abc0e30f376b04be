"""Methods of an Array that choose, order, group and sum up its elements."""

from __future__ import annotations

import math
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.comparing import covers, same
from glctl.gitlabrb.containers import include, join, map_, uniq
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.values import UNKNOWN, Hash, is_string, truthy

if TYPE_CHECKING:
    from glctl.gitlabrb.methods import Call


def compared(call: Call, one: Any, other: Any) -> int | None:
    """``one <=> other``; nil where they cannot be compared."""
    if isinstance(one, list) and isinstance(other, list):
        call.ev.budget.spend_values(min(len(one), len(other)))
        for a, b in zip(one, other, strict=False):
            if (order := compared(call, a, b)) != 0:
                return order
        return _order(len(one), len(other))
    numbers = all(type(value) in (int, float) for value in (one, other))
    texts = all(isinstance(value, str) for value in (one, other)) and is_string(one) == is_string(other)
    if numbers or texts:
        return _order(one, other)
    return 0 if same(one, other, call.ev.budget) else None


def _order(one: Any, other: Any) -> int:
    return int(one > other) - int(one < other)


def _sorted(call: Call, items: list[Any], keys: list[Any]) -> Any:
    """*items* in the order of their *keys*."""
    if any(key is UNKNOWN for key in keys):
        return UNKNOWN

    def order(one: int, other: int) -> int:
        call.ev.budget.spend_step()
        if (found := compared(call, keys[one], keys[other])) is None:
            raise call.refused("these values have no order", "Sort only strings, or only numbers.")
        return found

    return [items[number] for number in sorted(range(len(items)), key=cmp_to_key(order))]


def sorted_(call: Call, items: list[Any]) -> Any:
    """``items.sort``, ``items.sort { |a, b| a <=> b }``"""
    if call.block is None:
        return sorted(items) if _simple(items) else _sorted(call, items, items)

    def order(one: Any, other: Any) -> int:
        result = call.run(one, other)
        if result is UNKNOWN:
            return 0
        if isinstance(result, bool) or not isinstance(result, int):
            raise call.refused("this block gives no order", "Write: { |a, b| a <=> b }")
        return result

    return sorted(items, key=cmp_to_key(order))


def _simple(items: list[Any]) -> bool:
    return all(is_string(item) for item in items) or all(type(item) in (int, float) for item in items)


def sort_by(call: Call, items: list[Any]) -> Any:
    """``items.sort_by { |item| … }``"""
    return _sorted(call, items, map_(call, items))


def min_(call: Call, items: list[Any]) -> Any:
    """``items.min``"""
    ordered = sorted_(call, items)
    return ordered if ordered is UNKNOWN else next(iter(ordered), None)


def max_(call: Call, items: list[Any]) -> Any:
    """``items.max``"""
    ordered = sorted_(call, items)
    return ordered if ordered is UNKNOWN else next(iter(reversed(ordered)), None)


def min_by(call: Call, items: list[Any]) -> Any:
    """``items.min_by { |item| … }``"""
    ordered = sort_by(call, items)
    return ordered if ordered is UNKNOWN else next(iter(ordered), None)


def max_by(call: Call, items: list[Any]) -> Any:
    """``items.max_by { |item| … }``"""
    ordered = sort_by(call, items[::-1])
    return ordered if ordered is UNKNOWN else next(iter(reversed(ordered)), None)


def fold(call: Call, items: list[Any], *start: Any) -> Any:
    """``items.inject(0) { |sum, item| … }``, ``items.inject(:+)``"""
    from glctl.gitlabrb.methods import invoke

    *start_value, operator = start if call.block is None and start else (*start, None)
    if call.block is None and not isinstance(operator, Symbol):
        raise call.refused("a block is missing here", "Write: { |sum, item| … }")
    values = [*start_value, *items]
    if call.block is not None and start:
        values = [start[0], *items]
    if not values:
        return None
    result, *others = values
    for item in others:
        if operator is not None:
            result = invoke(call.ev, call.node, result, str(operator), [item])
        else:
            result = call.run(result, item)
    return result


def total(call: Call, items: list[Any], start: Any = 0) -> Any:
    """``items.sum``, ``items.sum { |item| … }``"""
    from glctl.gitlabrb.methods import invoke

    values = map_(call, items) if call.block else items
    if float in map(type, values) and all(type(value) in (int, float) for value in (start, *values)):
        return math.fsum([start, *values])
    result = start
    for item in values:
        result = invoke(call.ev, call.node, result, "+", [item])
    return result


def first(call: Call, items: list[Any], *count: int) -> Any:
    """``items.first``, ``items.first(2)``"""
    return items[: _count(call, count[0])] if count else items[0] if items else None


def last(call: Call, items: list[Any], *count: int) -> Any:
    """``items.last``, ``items.last(2)``"""
    return items[max(len(items) - _count(call, count[0]), 0) :] if count else items[-1] if items else None


def take(call: Call, items: list[Any], count: int) -> list[Any]:
    """``items.take(2)``"""
    return items[: _count(call, count)]


def drop(call: Call, items: list[Any], count: int) -> list[Any]:
    """``items.drop(2)``"""
    return items[_count(call, count) :]


def _count(call: Call, count: int) -> int:
    if count < 0:
        raise call.refused("a negative number of elements", "Use a positive one.")
    return count


def count(call: Call, items: list[Any], *wanted: Any) -> int:
    """``items.count``, ``items.count(1)``, ``items.count { |item| … }``"""
    if wanted:
        return sum(same(item, wanted[0], call.ev.budget) for item in items)
    return sum(truthy(call.run(item)) for item in list(items)) if call.block else len(items)


def index(call: Call, items: list[Any], *wanted: Any) -> int | None:
    """``items.index(1)``, ``items.index { |item| … }``"""
    for number, item in enumerate(items):
        if same(item, wanted[0], call.ev.budget) if wanted else truthy(call.run(item)):
            return number
    return None


def grep(call: Call, items: list[Any], pattern: Any) -> list[Any]:
    """``items.grep(/part/)``: those that the pattern covers"""
    return [item for item in items if covers(call.ev, pattern, item)]


def grep_v(call: Call, items: list[Any], pattern: Any) -> list[Any]:
    """``items.grep_v(/part/)``: the others"""
    return [item for item in items if not covers(call.ev, pattern, item)]


def group_by(call: Call, items: list[Any]) -> Hash:
    """``items.group_by { |item| … }``"""
    result = Hash()
    for item in list(items):
        key = hash_key(call, call.run(item))
        (result.find(key) or result.put(key, [], None)).value.append(item)
    return result


def hash_key(call: Call, key: Any) -> Any:
    """*key*, if it is of a kind that hashes are looked up by."""
    if isinstance(key, str | int | float | None):
        return key
    raise call.refused("this kind of key is not supported", "Use a string.", codes.UNSUPPORTED)


def partition(call: Call, items: list[Any]) -> list[list[Any]]:
    """``items.partition { |item| … }``: those for which the block is true, and the others."""
    chosen: list[Any] = []
    others: list[Any] = []
    for item in list(items):
        (chosen if truthy(call.run(item)) else others).append(item)
    return [chosen, others]


def slices(call: Call, items: list[Any], length: int) -> Any:
    """``items.each_slice(2)``; with a block, it gets each slice."""
    if length < 1:
        raise call.refused("slices of no length", "Use a positive number.")
    result = [items[start : start + length] for start in range(0, len(items), length)]
    if call.block is None:
        return result
    for each in result:
        call.run(each)
    return items


def zip_(_call: Call, items: list[Any], *others: list[Any]) -> list[list[Any]]:
    """``items.zip(others)``"""
    return [
        [item, *(other[number] if number < len(other) else None for other in others)]
        for number, item in enumerate(items)
    ]


def flat_map(call: Call, items: list[Any]) -> list[Any]:
    """``items.flat_map { |item| … }``"""
    result: list[Any] = []
    for value in map_(call, items):
        call.ev.budget.spend_values(len(value) if isinstance(value, list) else 1)
        result += value if isinstance(value, list) else [value]
    return result


def filter_map(call: Call, items: list[Any]) -> list[Any]:
    """``items.filter_map { |item| … }``"""
    return [value for value in map_(call, items) if truthy(value)]


def reversed_each(call: Call, items: list[Any]) -> list[Any]:
    """``items.reverse_each { |item| … }``"""
    for item in items[::-1]:
        call.run(item)
    return items


def times(call: Call, items: list[Any], by: Any) -> Any:
    """``items * 2``, ``items * ','``"""
    if is_string(by):
        return join(call, items, by)
    count = _count(call, by)
    call.ev.budget.spend_values(len(items) * count)
    return items * count


def common(call: Call, items: list[Any], others: list[Any]) -> list[Any]:
    """``items & others``"""
    return uniq(call, [item for item in items if include(call, others, item)])


def union(call: Call, items: list[Any], others: list[Any]) -> list[Any]:
    """``items | others``"""
    return uniq(call, items + others)


def uniq_by(call: Call, items: list[Any]) -> list[Any]:
    """``items.uniq``, ``items.uniq { |item| … }``"""
    if call.block is None:
        return uniq(call, items)
    seen: list[Any] = []
    result: list[Any] = []
    for item in list(items):
        key = call.run(item)
        if not include(call, seen, key):
            seen.append(key)
            result.append(item)
    return result
