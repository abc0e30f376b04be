"""Ranges: ``1..3``, ``'a'..'c'``, ``1..``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, Range, describe, is_string
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator
    from glctl.gitlabrb.methods import Call

_COUNTED = Pattern("[0-9A-Za-z]+")
_LAST_DIGITS = {"9": ("0", "1"), "z": ("a", "a"), "Z": ("A", "A")}  # what follows, and what is put before it


def range_(ev: Evaluator, node: Node) -> Any:
    """``first..last`` and ``first...last``"""
    ends = [node.child_by_field_name(name) for name in ("begin", "end")]
    first, last = (None if end is None else ev.data(end) for end in ends)
    if first is UNKNOWN or last is UNKNOWN:
        return UNKNOWN
    numbers = all(_is_number(end) for end in (first, last) if end is not None)
    if not numbers and not all(is_string(end) for end in (first, last) if end is not None):
        raise RefusedError(
            node,
            codes.TYPE_ERROR,
            f"a range from {describe(first)} to {describe(last)}",
            "Write a range between two numbers, or two strings.",
        )
    return Range(first, last, ev.field(node, "operator").type == "...")


def items(call: Call, values: Range) -> list[Any]:
    """All that is in the range."""
    first, last = values.first, values.last
    if first is None or last is None or isinstance(first, float):
        raise call.refused(
            "a range without two whole ends is not supported here", "Write: 1..10", codes.UNSUPPORTED
        )
    if is_string(first):
        return list(_texts(call, str(first), str(last), values.exclusive))
    end = math.ceil(last) if values.exclusive else math.floor(last) + 1
    call.ev.budget.spend_values(max(end - first, 0))
    return list(range(first, end))


def _texts(call: Call, first: str, last: str, exclusive: bool) -> Iterator[str]:
    """The strings from *first* to *last*, each followed by its successor, as long as they are not longer."""
    if len(first) == len(last) == 1:
        stop = ord(last) + (not exclusive)
        yield from map(chr, range(ord(first), stop))
        return
    if first > last or not _COUNTED.fullmatch(first):
        if first == last and not exclusive:
            yield first
        return
    text = first
    while len(text) <= len(last) and not (exclusive and text == last):
        call.ev.budget.spend_values(1)
        yield text
        if text == last:
            return
        text = successor(text)


def successor(text: str) -> str:
    """What follows a word of letters and digits: ``az`` → ``ba``, ``a9`` → ``b0``, ``Zz`` → ``AAa``."""
    for at in range(len(text) - 1, -1, -1):
        if text[at] not in _LAST_DIGITS:
            return text[:at] + chr(ord(text[at]) + 1) + _rolled(text[at + 1 :])
    return _LAST_DIGITS[text[0]][1] + _rolled(text)


def _rolled(text: str) -> str:
    return "".join(_LAST_DIGITS[character][0] for character in text)


def covers(values: Range, value: Any) -> bool:
    """Whether *value* lies between the ends."""
    first, last = values.first, values.last
    comparable = _is_number if _is_number(last if first is None else first) else is_string
    if not comparable(value):
        return False
    return (first is None or first <= value) and (
        last is None or value < last or (value == last and not values.exclusive)
    )


def include(call: Call, values: Range, value: Any) -> bool:
    """``values.include?(value)``: as a number between the ends, or as one of the strings"""
    return covers(values, value) and (not is_string(value) or value in items(call, values))


def first(call: Call, values: Range, *count: int) -> Any:
    """``(1..3).first``, ``(1..).first(2)``"""
    if not count:
        return values.first
    if values.last is None and isinstance(values.first, int):
        values = Range(values.first, values.first + count[0], True)
    return items(call, values)[: count[0]]


def bounds(values: Range, length: int) -> tuple[int, int] | None:
    """The part of so many elements that the range means: from where to before where; None if outside."""
    start = values.first or 0
    start += length if start < 0 else 0
    end = length if values.last is None else values.last + (not values.exclusive)
    if values.last is not None and values.last < 0:
        end += length
    return (start, max(min(end, length), start)) if 0 <= start <= length else None


def step(call: Call, values: Range, width: int | float) -> Any:
    """``(1..10).step(2) { |n| … }``; without a block, the numbers."""
    if width <= 0 or not _is_number(values.first) or not _is_number(values.last):
        raise call.refused("this step is not supported", "Write: (1..10).step(2)", codes.UNSUPPORTED)
    count = math.floor((values.last - values.first) / width + 1e-9) + 1
    call.ev.budget.spend_values(max(count, 0))
    numbers = [values.first + number * width for number in range(count)]
    if values.exclusive and numbers and numbers[-1] == values.last:
        numbers.pop()
    if call.block is None:
        return numbers
    for number in numbers:
        call.run(number)
    return values


def size(call: Call, values: Range) -> Any:
    """``(1..3).size``: nil for strings."""
    return None if is_string(values.first) else len(items(call, values))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
