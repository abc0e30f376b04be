"""Values as Ruby (3.1 to 3.3) writes them: ``to_s``, which interpolation uses, ``inspect``, ``to_json``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb.limits import Budget, check_depth
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.values import UNKNOWN, Class, Hash, Range, describe
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PLAIN_SYMBOL = Pattern(r"[^\W\d]\w*[?!=]?")
_SHORT_EXPONENT = Pattern(r"^(-?\d+)e")  # Python writes 1e+20, Ruby 1.0e+20
_ESCAPES = str.maketrans(
    {
        "\\": "\\\\",
        '"': '\\"',
        "\n": "\\n",
        "\t": "\\t",
        "\r": "\\r",
        "\a": "\\a",
        "\b": "\\b",
        "\v": "\\v",
        "\f": "\\f",
        "\x1b": "\\e",
    }
)


class NoTextError(Exception):
    """A value that Ruby writes in a way that nobody means, such as ``#<Proc:0x00007f>``."""


def to_s(value: Any, budget: Budget) -> str:
    """Ruby's ``to_s``."""
    if isinstance(value, Symbol):
        return str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, re.Match):
        return str(value[0])
    if isinstance(value, Range):
        dots = "..." if value.exclusive else ".."
        return f"{to_s(value.first, budget)}{dots}{to_s(value.last, budget)}"
    return "" if value is None else inspect(value, budget)


def inspect(value: Any, budget: Budget) -> str:
    """Ruby's ``inspect``."""
    return _joined(_pieces(value, budget, 0), budget)


def _joined(pieces: Iterable[str], budget: Budget) -> str:
    """All *pieces*, of which not more are made than the budget allows."""
    made = []
    for piece in pieces:
        budget.spend_text(len(piece))
        made.append(piece)
    return "".join(made)


def _pieces(value: Any, budget: Budget, depth: int) -> Iterator[str]:
    check_depth(depth)
    if isinstance(value, list):
        budget.spend_values(len(value))
        for number, item in enumerate(value):
            yield ", " if number else "["
            yield from _pieces(item, budget, depth + 1)
        yield "]" if value else "[]"
    elif isinstance(value, Hash):
        budget.spend_values(len(value))
        for number, entry in enumerate(value):
            yield ", " if number else "{"
            yield from _pieces(entry.key, budget, depth + 1)
            yield "=>"
            yield from _pieces(entry.value, budget, depth + 1)
        yield "}" if len(value) else "{}"
    elif isinstance(value, Range):
        for end, dots in ((value.first, "..." if value.exclusive else ".."), (value.last, "")):
            if end is not None:
                yield from _pieces(end, budget, depth + 1)
            yield dots
    else:
        yield _scalar(value)


def to_json(value: Any, budget: Budget) -> str:
    """``value.to_json``, ``JSON.generate(value)``"""
    return _joined(_json_pieces(value, budget, 0), budget)


def _json_pieces(value: Any, budget: Budget, depth: int) -> Iterator[str]:
    check_depth(depth)
    if isinstance(value, list):
        budget.spend_values(len(value))
        for number, item in enumerate(value):
            yield "," if number else "["
            yield from _json_pieces(item, budget, depth + 1)
        yield "]" if value else "[]"
    elif isinstance(value, Hash):
        budget.spend_values(len(value))
        for number, entry in enumerate(value):
            yield "," if number else "{"
            yield f"{_json_text(to_s(entry.key, budget))}:"
            yield from _json_pieces(entry.value, budget, depth + 1)
        yield "}" if len(value) else "{}"
    elif value is None:
        yield "null"
    elif isinstance(value, bool | int | float):
        yield _scalar(value)
    else:
        yield _json_text(to_s(value, budget))


def _json_text(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _scalar(value: Any) -> str:
    if isinstance(value, Symbol):
        return f":{value}" if _PLAIN_SYMBOL.fullmatch(value) else f":{_quoted(value)}"
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return describe(value)
    if isinstance(value, Class):
        return value.name
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, int) or value is UNKNOWN:
        return str(value)
    raise NoTextError(f"{describe(value)} as text is not supported")


def _float(value: float) -> str:
    """Ruby writes an exponent from 1e15 on, and a fraction in any case."""
    text = repr(value)
    if "e" not in text and abs(value) >= 1e15:
        digits = text.removesuffix(".0").lstrip("-")
        text = f"{'-' * (value < 0)}{digits[0]}.{digits[1:].rstrip('0') or '0'}e+{len(digits) - 1}"
    return _SHORT_EXPONENT.sub(r"\1.0e", text)


def _quoted(text: str) -> str:
    escaped = text.translate(_ESCAPES)
    if not escaped.isprintable():
        escaped = "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in escaped)
    return '"' + re.sub(r"#(?=[{$@])", r"\\#", escaped) + '"'
