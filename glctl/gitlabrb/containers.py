"""What the methods of an Array, a Hash and ENV do, where that takes more than a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.comparing import same
from glctl.gitlabrb.limits import check_depth
from glctl.gitlabrb.printing import to_s
from glctl.gitlabrb.values import UNKNOWN, Environment, Hash, Mash, is_string, stored, truthy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from glctl.gitlabrb.methods import Call

Pair = list[Any]


def pairs(values: Hash) -> list[Pair]:
    """The keys and values, as a block gets them."""
    return [[entry.key, entry.value] for entry in values]


def each(call: Call, items: list[Any]) -> list[Any]:
    """``items.each { |item| … }``"""
    for item in _unchanged(call, items):
        call.run(item)
    return items


def _unchanged(call: Call, items: list[Any]) -> Iterator[Any]:
    """The items; a block that adds to what it walks through would never end."""
    length = len(items)
    for number in range(length):
        yield items[number]
        if len(items) != length:
            raise call.refused("this list grows while a block walks through it", "Use another list.")


def each_with_index(call: Call, items: list[Any]) -> list[Any]:
    """``items.each_with_index { |item, index| … }``"""
    for number, item in enumerate(_unchanged(call, items)):
        call.run(item, number)
    return items


def each_with_object(call: Call, items: list[Any], made: Any) -> Any:
    """``items.each_with_object({}) { |item, made| … }``"""
    for item in _unchanged(call, items):
        call.run(item, made)
    return made


def each_pair(call: Call, values: Hash) -> Hash:
    """``values.each { |key, value| … }``"""
    for pair in pairs(values):
        call.run(pair)
    return values


def each_pair_with_index(call: Call, values: Hash) -> Hash:
    """``values.each_with_index { |(key, value), index| … }``"""
    for number, pair in enumerate(pairs(values)):
        call.run(pair, number)
    return values


def map_(call: Call, items: list[Any]) -> list[Any]:
    """``items.map { |item| … }``"""
    return [call.run(item) for item in list(items)]


def tests(call: Call, items: Iterable[Any]) -> Iterator[bool]:
    """Whether the block, or without one the item itself, is true, for each item."""
    return (truthy(call.block(item) if call.block else item) for item in items)


def select(call: Call, items: list[Any]) -> list[Any]:
    """``items.select { |item| … }``"""
    return [item for item in list(items) if truthy(call.run(item))]


def reject(call: Call, items: list[Any]) -> list[Any]:
    """``items.reject { |item| … }``"""
    return [item for item in list(items) if not truthy(call.run(item))]


def find(call: Call, items: list[Any]) -> Any:
    """``items.find { |item| … }``: the first, nil if none."""
    return next((item for item in list(items) if truthy(call.run(item))), None)


def select_pairs(call: Call, values: Hash) -> Hash:
    """``values.select { |key, value| … }``; a block with one parameter gets the key."""
    return _hash_like(values, [pair for pair in pairs(values) if truthy(call.run(*pair))])


def reject_pairs(call: Call, values: Hash) -> Hash:
    """``values.reject { |key, value| … }``; a block with one parameter gets the key."""
    return _hash_like(values, [pair for pair in pairs(values) if not truthy(call.run(*pair))])


def transform_values(call: Call, values: Hash) -> Hash:
    """``values.transform_values { |value| … }``"""
    return _hash_like(values, [[key, call.run(value)] for key, value in pairs(values)])


def _hash_like(values: Hash, chosen: list[Pair]) -> Hash:
    result = Mash() if isinstance(values, Mash) else Hash()
    for key, value in chosen:
        entry = values.find(key)
        result.put(key, value, entry.span if entry else None)
    return result


def to_h(call: Call, items: list[Any]) -> Hash:
    """``[[key, value], …].to_h``, ``items.to_h { |item| [key, value] }``"""
    return _hash_of(call, [call.block(item) if call.block else item for item in list(items)])


def hash_to_h(call: Call, values: Hash) -> Hash:
    """``values.to_h``, ``values.to_h { |key, value| [key, value] }``; one parameter gets the key."""
    return _hash_of(call, [call.block(*pair) for pair in pairs(values)]) if call.block else values


def _hash_of(call: Call, items: list[Any]) -> Hash:
    result = Hash()
    for pair in items:
        if pair is UNKNOWN:
            continue
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str | int | float | None):
            raise call.refused("to_h wants pairs of a key and a value", "Write: [key, value]")
        result.put(pair[0], pair[1], None)
    return result


def push(call: Call, items: list[Any], item: Any) -> list[Any]:
    """``items << item``"""
    call.ev.budget.spend_values(1)
    items.append(item)
    return items


def concat(call: Call, items: list[Any], more: list[Any]) -> list[Any]:
    """``items.concat(more)``"""
    call.ev.budget.spend_values(len(more))
    items.extend(list(more))
    return items


def include(call: Call, items: list[Any], wanted: Any) -> bool:
    """``items.include?(wanted)``"""
    call.ev.budget.spend_search(len(items))
    return any(same(item, wanted, call.ev.budget) for item in items)


def minus(call: Call, items: list[Any], others: list[Any]) -> list[Any]:
    """``items - others``"""
    return [item for item in items if not include(call, others, item)]


def uniq(call: Call, items: list[Any]) -> list[Any]:
    """``items.uniq``"""
    result: list[Any] = []
    for item in items:
        if not include(call, result, item):
            result.append(item)
    return result


def flatten(call: Call, items: list[Any]) -> list[Any]:
    """``items.flatten``"""
    return list(_flat(call, items, 0))


def _flat(call: Call, items: list[Any], depth: int) -> Iterator[Any]:
    check_depth(depth)
    call.ev.budget.spend_values(len(items))
    for item in items:
        if isinstance(item, list):
            yield from _flat(call, item, depth + 1)
        else:
            yield item


def join(call: Call, items: list[Any], separator: str | None = None) -> str:
    """``items.join(', ')``"""
    texts = [to_s(item, call.ev.budget) for item in _flat(call, items, 0)]
    separator = separator or ""
    call.ev.budget.spend_text(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def sort(call: Call, items: list[Any]) -> Any:
    """``items.sort``"""
    if any(item is UNKNOWN for item in items):
        return UNKNOWN
    if all(is_string(item) for item in items) or all(type(item) in (int, float) for item in items):
        return sorted(items)
    raise call.refused("only strings, or only numbers, can be sorted", "Write the array in its order.")


def dup(call: Call, value: Any) -> Any:
    """``value.dup``: a copy of an array or a hash."""
    if isinstance(value, list):
        return list(value)
    if isinstance(value, Mash):
        return _copied(call, value, 0)
    return _hash_like(value, pairs(value)) if isinstance(value, Hash) else value


def _copied(call: Call, value: Any, depth: int) -> Any:
    """A Mash copies the Mashes and arrays in it, too."""
    check_depth(depth)
    if not isinstance(value, Mash):
        return stored(value, (), call.ev.budget)
    call.ev.budget.spend_values(len(value))
    copied = Mash()
    for entry in value:
        copied.put(entry.key, _copied(call, entry.value, depth + 1), entry.span)
    return copied


def merge(call: Call, values: Hash, *others: Hash) -> Hash:
    """``values.merge(other)``: a new hash."""
    result: Hash = dup(call, values)
    for other in others:
        _merge(call, result, other)
    return result


def merge_in(call: Call, values: Hash, other: Hash) -> Hash:
    """``values.merge!(other)``: changes *values*, which may be settings."""
    _merge(call, values, other)
    return values


def _merge(call: Call, values: Hash, other: Hash) -> None:
    span = call.ev.source.span(call.node)
    call.ev.budget.spend_values(len(other))
    for entry in list(other):
        call.ev.configuration.store(values, entry.key, entry.value, entry.span or span)


def dig(call: Call, values: Hash, *keys: Any) -> Any:
    """``values.dig('a', 'b')``: makes nothing on its way."""
    found: Any = values
    for key in keys:
        if found is None:
            return None
        if not isinstance(found, Hash):
            raise call.refused(
                "dig goes through hashes only here", "Write: value['a']['b']", codes.UNSUPPORTED
            )
        entry = found.find(key)
        found = entry.value if entry else None
    return found


def fetch(call: Call, values: Hash, key: Any, *default: Any) -> Any:
    """``values.fetch(key)``, ``values.fetch(key, default)``"""
    entry = values.find(key)
    return _otherwise(call, key, default, "this key is not in the hash") if entry is None else entry.value


def fetch_variable(call: Call, env: Environment, name: str, *default: Any) -> Any:
    """``ENV.fetch('NAME')``, ``ENV.fetch('NAME', 'default')``"""
    value = env.variables.get(name)
    if value is None:
        return _otherwise(call, name, default, "this environment variable is not set")
    if not _is_text(value):
        raise call.refused("this environment variable is not UTF-8", "Set it to UTF-8 text.", codes.NOT_TEXT)
    return value


def _otherwise(call: Call, key: Any, default: tuple[Any, ...], missing: str) -> Any:
    if call.block is not None:
        return call.block(key)
    if default:
        return default[0]
    raise call.refused(missing, "Set it, or give a default: fetch(name, default)")


def variables(call: Call, env: Environment) -> Hash:
    """All of ENV that is UTF-8, as a hash."""
    result = Hash()
    call.ev.budget.spend_values(len(env.variables))
    for name, value in env.variables.items():
        if _is_text(name) and _is_text(value):
            result.put(name, value, None)
    return result


def _is_text(value: str) -> bool:
    return value.isascii() or not any("\ud800" <= c <= "\udfff" for c in value)
