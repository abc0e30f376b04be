"""``Integer('12')``, ``Float('0.5')``, ``String(value)``, ``Array(value)``; they take less than to_i."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import containers, ranges
from glctl.gitlabrb.limits import MAX_DIGITS
from glctl.gitlabrb.printing import to_s
from glctl.gitlabrb.values import Hash, Range, describe, is_string
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from glctl.gitlabrb.methods import Call

_BASES = {"0x": 16, "0b": 2, "0o": 8, "0d": 10}
_DIGITS = Pattern(r"\s*([+-]?)(0[xbod]|0(?=[0-9_]))?([0-9a-f]+(?:_[0-9a-f]+)*)\s*", re.ASCII | re.IGNORECASE)
_FRACTION = Pattern(r"\s*[+-]?\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+)?\s*", re.ASCII)


def integer(call: Call, value: Any, base: int | None = None) -> int:
    """``Integer(value)``, ``Integer('ff', 16)``"""
    if isinstance(value, int | float) and not isinstance(value, bool) and base is None:
        return math.trunc(value)
    if is_string(value) and (match := _DIGITS.fullmatch(value)) and len(value) <= MAX_DIGITS:
        sign, prefix, digits = match.groups()
        try:
            number = int(digits.replace("_", ""), base or _BASES.get((prefix or "0d").lower(), 8))
        except ValueError:
            pass
        else:
            return -number if sign == "-" else number
    raise call.refused(f"{_what(value)} is no whole number", "Write the number, or use to_i.")


def float_(call: Call, value: Any) -> float:
    """``Float(value)``"""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if is_string(value) and _FRACTION.fullmatch(value):
        number = float(value.replace("_", ""))
        if math.isfinite(number):
            return number
    raise call.refused(f"{_what(value)} is no number", "Write the number, or use to_f.")


def string(call: Call, value: Any) -> str:
    """``String(value)``"""
    return to_s(value, call.ev.budget)


def array(call: Call, value: Any) -> list[Any]:
    """``Array(value)``, and what ``*value`` spreads: nil is nothing, a hash its pairs."""
    if value is None:
        return []
    if isinstance(value, Hash):
        return containers.pairs(value)
    if isinstance(value, Range):
        return ranges.items(call, value)
    return value if isinstance(value, list) else [value]


def _what(value: Any) -> str:
    return "this string" if is_string(value) else describe(value)
