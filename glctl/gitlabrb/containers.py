"""What the methods of an Array, a Hash and ENV do, where that takes more than a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.comparing import same
from glctl.gitlabrb.limits import check_depth
from glctl.gitlabrb.printing import to_s
from glctl.gitlabrb.values import UNKNOWN, Environment, Hash, Mash, Text, is_string, stored, truthy

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
    """``items.each_with_index { |item, index| … }``; without a block, the pairs of the two"""
    if call.block is None:
        return [[item, number] for number, item in enumerate(items)]
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


def each_pair_with_index(call: Call, values: Hash) -> Hash | list[Pair]:
    """``values.each_with_index { |(key, value), index| … }``; without a block, the pairs of the two"""
    if call.block is None:
        return each_with_index(call, pairs(values))
    for number, pair in enumerate(pairs(values)):
        call.run(pair, number)
    return values


def each_pair_with_object(call: Call, values: Hash, made: Any) -> Any:
    """``values.each_with_object({}) { |(key, value), made| … }``"""
    return each_with_object(call, pairs(values), made)


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


def without_nil(_call: Call, values: Hash) -> Hash:
    """``values.compact``"""
    return _hash_like(values, [pair for pair in pairs(values) if pair[1] is not None])


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


def push(call: Call, items: list[Any], *more: Any) -> list[Any]:
    """``items << item``, ``items.push(item, another)``"""
    call.ev.budget.spend_values(len(more))
    items.extend(more)
    return items


def concat(call: Call, items: list[Any], *more: list[Any]) -> list[Any]:
    """``items.concat(more)``"""
    return push(call, items, *(item for each in more for item in each))


def include(call: Call, items: list[Any], wanted: Any) -> bool:
    """``items.include?(wanted)``"""
    call.ev.budget.spend_walk(items)
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


def flatten(call: Call, items: list[Any], levels: int = -1) -> list[Any]:
    """``items.flatten``, ``items.flatten(1)``"""
    return list(_flat(call, items, 0, levels))


def _flat(call: Call, items: list[Any], depth: int, levels: int = -1) -> Iterator[Any]:
    check_depth(depth)
    call.ev.budget.spend_values(len(items))
    for item in items:
        if isinstance(item, list) and depth != levels:
            yield from _flat(call, item, depth + 1, levels)
        else:
            yield item


def join(call: Call, items: list[Any], separator: str | None = None) -> str:
    """``items.join(', ')``"""
    texts = [to_s(item, call.ev.budget) for item in _flat(call, items, 0)]
    separator = separator or ""
    call.ev.budget.spend_text(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def dup(call: Call, value: Any) -> Any:
    """``value.dup``: a copy of a string, an array or a hash."""
    if isinstance(value, list):
        return list(value)
    if is_string(value):
        return Text(value)
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
    return merge_in(call, dup(call, values), *others)


def merge_in(call: Call, values: Hash, *others: Hash) -> Hash:
    """``values.merge!(other)``: changes *values*, which may be settings. A block chooses one of two."""
    if call.block is not None and isinstance(values, Mash):
        raise call.refused(
            "a merge of settings with a block is not supported", "Merge without it.", codes.UNSUPPORTED
        )
    span = call.ev.source.span(call.node)
    for entry in [entry for other in others for entry in other]:
        call.ev.budget.spend_values(1)
        old = values.find(entry.key) if call.block is not None else None
        value = entry.value if old is None else call.run(entry.key, old.value, entry.value)
        call.ev.configuration.store(values, entry.key, value, entry.span or span)
    return values


def slice_(_call: Call, values: Hash, *keys: Any) -> Hash:
    """``values.slice('a', 'b')``: these keys only."""
    return _hash_like(values, [[e.key, e.value] for key in keys if (e := values.find(key)) is not None])


def except_(_call: Call, values: Hash, *keys: Any) -> Hash:
    """``values.except('a', 'b')``: all but these keys."""
    unwanted = {id(values.find(key)) for key in keys}
    return _hash_like(values, [[e.key, e.value] for e in values if id(e) not in unwanted])


def transform_keys(call: Call, values: Hash) -> Hash:
    """``values.transform_keys { |key| … }``"""
    return _hash_of(call, [[call.run(key), value] for key, value in pairs(values)])


def key_of(call: Call, values: Hash, wanted: Any) -> Any:
    """``values.key(value)``"""
    return next((e.key for e in values if same(e.value, wanted, call.ev.budget)), None)


def each_value(call: Call, values: Hash) -> Hash:
    """``values.each_value { |value| … }``"""
    for _, value in pairs(values):
        call.run(value)
    return values


def each_key(call: Call, values: Hash) -> Hash:
    """``values.each_key { |key| … }``"""
    for key, _ in pairs(values):
        call.run(key)
    return values


def dig(call: Call, values: Any, *keys: Any) -> Any:
    """``values.dig('a', 0, 'b')``: makes nothing on its way."""
    found: Any = values
    for key in keys:
        if found is None:
            return None
        if isinstance(found, Hash):
            entry = found.find(key)
            found = entry.value if entry else None
        elif isinstance(found, list) and isinstance(key, int):
            found = found[key] if -len(found) <= key < len(found) else None
        else:
            raise call.refused("dig goes through hashes and arrays only", "Write: value['a']['b']")
    return found


def fetch(call: Call, values: Hash, key: Any, *default: Any) -> Any:
    """``values.fetch(key)``, ``values.fetch(key, default)``"""
    entry = values.find(key)
    return _otherwise(call, key, default, "this key is not in the hash") if entry is None else entry.value


def fetch_item(call: Call, items: list[Any], index: int, *default: Any) -> Any:
    """``items.fetch(0)``, ``items.fetch(0, default)``"""
    if -len(items) <= index < len(items):
        return items[index]
    return _otherwise(call, index, default, "the array has no such element")


def fetch_variable(call: Call, env: Environment, name: str, *default: Any) -> Any:
    """``ENV.fetch('NAME')``, ``ENV.fetch('NAME', 'default')``"""
    value = env.variables.get(name)
    if value is None:
        return _otherwise(call, name, default, f"the environment variable {name} is not set")
    if not _is_text(value):
        message = f"the environment variable {name} is not UTF-8"
        raise call.refused(message, "Set it to UTF-8 text.", codes.NOT_TEXT)
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
