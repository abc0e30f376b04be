"""``format('%05.1f', number)`` and ``'%s' % value``."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.printing import inspect, to_s
from glctl.gitlabrb.values import Hash, is_string
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.gitlabrb.methods import Call
    from glctl.gitlabrb.refusal import RefusedError

_FIELD = Pattern(
    r"%(?:%|(?P<flags>[-+ 0#]*)(?:<(?P<name>\w+)>)?(?P<more>[-+ 0#]*)(?P<width>\d*)(?:\.(?P<precision>\d*))?"
    r"(?:(?P<kind>[a-zA-Z])|\{(?P<text>\w+)\}))"
)
_MAX_WIDTH = 1000


def formatted(call: Call, pattern: str, *arguments: Any) -> str:
    """*pattern* with its fields replaced by *arguments*; a hash has those of fields with names."""
    remaining = list(arguments)
    pieces: list[str] = []
    at = 0
    while (start := pattern.find("%", at)) >= 0:
        field = _FIELD.match(pattern, start)
        if field is None:
            raise _refused(call)
        pieces += pattern[at:start], _field(call, field, remaining)
        call.ev.budget.spend_text(len(pieces[-1]))
        at = field.end()
    return "".join([*pieces, pattern[at:]])


def percent(call: Call, pattern: str, argument: Any) -> str:
    """``'%s and %s' % ['a', 'b']``"""
    return formatted(call, pattern, *(argument if isinstance(argument, list) else [argument]))


def _field(call: Call, field: re.Match[str], remaining: list[Any]) -> str:
    if field[0] == "%%":
        return "%"
    value = _value(call, field["name"] or field["text"], remaining)
    width, precision = (int(field[name] or 0) for name in ("width", "precision"))
    if len(field[0]) > _MAX_WIDTH or max(width, precision) > _MAX_WIDTH:
        raise call.refused(f"a width of more than {_MAX_WIDTH}", "Write a smaller one.", codes.TOO_LARGE)
    flags = field["flags"] + field["more"]
    digits = None if field["precision"] is None else precision
    text = _FORMATS.get(field["kind"] or "s", _unsupported)(call, value, flags, digits)
    fill = "0" if "0" in flags and field["kind"] not in (*"scp", None) and "-" not in flags else " "
    if fill == "0" and digits is not None and field["kind"] in "diuxobB":
        fill = " "
    if "-" in flags:
        return text.ljust(width)
    sign = re.match(r"[-+ ]?(?:0[xXbB])?", text) if fill == "0" else None
    return sign[0] + text[sign.end() :].rjust(width - sign.end(), "0") if sign else text.rjust(width)


def _value(call: Call, name: str | None, remaining: list[Any]) -> Any:
    if name is None:
        if not remaining:
            raise call.refused("there are fewer values than %", "Write %% for the sign itself.")
        return remaining.pop(0)
    values = remaining[0] if remaining else None
    entry = (
        next((e for e in values if e.key == name and not is_string(e.key)), None)
        if isinstance(values, Hash)
        else None
    )
    if entry is None:
        raise call.refused("there is no value of this name", "Write: format('%{name}', name: 'value')")
    return entry.value


def _text(call: Call, value: Any, _flags: str, digits: int | None) -> str:
    return to_s(value, call.ev.budget)[:digits]


def _character(call: Call, value: Any, _flags: str, _digits: int | None) -> str:
    from glctl.gitlabrb.arithmetic import character

    return value[:1] if is_string(value) else character(call, value) if isinstance(value, int) else ""


def _inspected(call: Call, value: Any, _flags: str, digits: int | None) -> str:
    return inspect(value, call.ev.budget)[:digits]


def _whole(letter: str) -> Callable[[Call, Any, str, int | None], str]:
    def whole(call: Call, value: Any, flags: str, digits: int | None) -> str:
        from glctl.gitlabrb.conversions import integer

        number = math.floor(value) if isinstance(value, float) else integer(call, value)
        if number < 0 and letter != "d":
            raise _refused(call)
        prefix = f"0{letter}" if "#" in flags and letter in "xXb" and number else ""
        return _sign(number, flags) + prefix + format(abs(number), letter).rjust(digits or 0, "0")

    return whole


def _fraction(letter: str) -> Callable[[Call, Any, str, int | None], str]:
    def fraction(call: Call, value: Any, flags: str, digits: int | None) -> str:
        from glctl.gitlabrb.conversions import float_

        number = float_(call, value)
        return _sign(number, flags) + format(abs(number), f".{6 if digits is None else digits}{letter}")

    return fraction


def _sign(number: float, flags: str) -> str:
    if math.copysign(1, number) < 0:
        return "-"
    return "+" if "+" in flags else " " if " " in flags else ""


def _unsupported(call: Call, _value: Any, _flags: str, _digits: int | None) -> str:
    raise _refused(call)


def _refused(call: Call) -> RefusedError:
    return call.refused("this format is not supported", "Use %s, %d or %.2f.", codes.UNSUPPORTED)


_FORMATS: dict[str, Callable[[Call, Any, str, int | None], str]] = {
    "s": _text,
    "c": _character,
    "p": _inspected,
    **{letter: _whole("d") for letter in "diu"},
    **{letter: _whole(letter) for letter in "xXob"},
    **{letter: _fraction(letter) for letter in "feEgG"},
}
