"""What the methods of a String do, where that takes more than a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, ranges
from glctl.gitlabrb.limits import MAX_DIGITS
from glctl.gitlabrb.printing import to_s
from glctl.gitlabrb.regexps import Regexp, literal
from glctl.gitlabrb.values import UNKNOWN, Hash, describe, is_string
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.gitlabrb.methods import Call

WHITE = "\0\t\n\v\f\r "  # what strip takes away
_WORDS = Pattern(r"[^\t\n\v\f\r ]+")
_LINES = Pattern(r"[^\n]*\n|[^\n]+")
_WHOLE = Pattern(r"[\t\n\v\f\r ]*([+-]?\d+(?:_\d+)*)", re.ASCII)
_FRACTION = Pattern(
    r"[\t\n\v\f\r ]*([+-]?(?:\d+(?:_\d+)*(?:\.\d+(?:_\d+)*)?|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII
)
_BASED = {
    8: Pattern("(?:0o?)?([0-7]{1,20})"),
    16: Pattern("(?:0[xX])?([0-9a-fA-F]{1,20})"),
    2: Pattern("(?:0b)?([01]{1,64})"),
}
_TEMPLATE = Pattern(r"\\(?:(\d)|(&)|k<(\w+)>|(\\)|(.))", re.DOTALL)


def plus(call: Call, one: str, other: Any) -> str:
    """``'a' + 'b'``"""
    if not is_string(other):
        raise call.refused(f"a string + {describe(other)}", 'Put the value into text: "…#{value}"')
    return one + str(other)


def appended(call: Call, text: str, more: str | int) -> str:
    """``text << 'more'``; a number is that of a character"""
    from glctl.gitlabrb.arithmetic import character

    return text + (more if isinstance(more, str) else character(call, more))


def concatenated(_call: Call, text: str, *more: str) -> str:
    """``text.concat('more')``"""
    return text + "".join(more)


def times(call: Call, text: str, count: int) -> str:
    """``'a' * 3``"""
    if count < 0:
        raise call.refused("a string times a negative number", "Use a positive one.")
    call.ev.budget.spend_text(len(text) * count)
    return text * count


def matched(call: Call, text: str | None, pattern: Regexp | str) -> re.Match[str] | None:
    """The first match, of which ``$1`` is a part from now on."""
    call.ev.match = None if text is None else _pattern(pattern).search(text, call.ev.budget)
    return call.ev.match


def matches(call: Call, text: str | None, pattern: Regexp | str) -> bool:
    """``text.match?(pattern)``, which leaves ``$1`` as it is."""
    return text is not None and _pattern(pattern).search(text, call.ev.budget) is not None


def index(call: Call, text: str | None, pattern: Regexp | str) -> int | None:
    """The place of the first match."""
    match = matched(call, text, pattern)
    return None if match is None else match.start()


def chomp(_call: Call, text: str, end: str = "\n") -> str:
    """``text.chomp``: without its line end, or without *end*."""
    if end == "":
        return re.sub(r"(?:\r?\n)+\Z", "", text)
    if end == "\n":
        return text.removesuffix("\r\n") if text.endswith("\r\n") else re.sub(r"[\r\n]\Z", "", text)
    return text.removesuffix(end)


def lines(text: str) -> list[str]:
    """The lines of *text*, with their line ends."""
    return _LINES.findall(text)


def split(call: Call, text: str, by: str | Regexp = " ", limit: int = 0) -> list[str]:
    """``text.split``: at white space, at *by*; at most *limit* pieces."""
    if by == " " and not limit:
        return _WORDS.findall(text)
    if by == "" and not limit:
        return list(text)
    if not text or limit == 1:
        return [text] if text else []
    pattern = _pattern(by)
    if by in ("", " ") or pattern.pattern.match("") or pattern.pattern.groups:
        raise call.refused("this split is not supported", "Write the resulting array.", codes.UNSUPPORTED)
    call.ev.budget.spend_search(pattern.cost(text))
    parts = pattern.pattern.split(text, maxsplit=max(limit - 1, 0))
    while not limit and parts and not parts[-1]:
        parts.pop()
    return parts


def sub(call: Call, text: str, pattern: str | Regexp, replacement: Any = None) -> Any:
    """``text.sub(pattern, replacement)``: the first match only."""
    return _replaced(call, text, pattern, replacement, 1)


def gsub(call: Call, text: str, pattern: str | Regexp, replacement: Any = None) -> Any:
    """``text.gsub(pattern, replacement)``, or with a block that gives the replacement."""
    return _replaced(call, text, pattern, replacement, None)


def _replaced(call: Call, text: str, pattern: str | Regexp, replacement: Any, most: int | None) -> Any:
    if (replacement is None) == (call.block is None):
        raise call.refused(
            "a replacement is missing here", "Write: text.gsub('old', 'new')", codes.UNSUPPORTED
        )
    pieces: list[str] = []
    end = 0
    for number, match in enumerate(_pattern(pattern).matches(text, call.ev.budget)):
        if number == most:
            break
        call.ev.match = match
        new = _replacement(call, match, replacement)
        if new is UNKNOWN:
            return UNKNOWN
        call.ev.budget.spend_text(len(new))
        pieces += text[end : match.start()], new
        end = match.end()
    return "".join([*pieces, text[end:]])


def _replacement(call: Call, match: re.Match[str], replacement: Any) -> Any:
    if call.block is not None:
        value = call.block(match[0])
        return value if value is UNKNOWN else to_s(value, call.ev.budget)
    if isinstance(replacement, Hash):
        return to_s(replacement.read(match[0]), call.ev.budget)
    if "\\" not in replacement:
        return str(replacement)
    return _TEMPLATE.sub(lambda escape: _escape(call, match, escape), replacement)


def _escape(call: Call, match: re.Match[str], escape: re.Match[str]) -> str:
    number, whole, name, backslash, other = escape.groups()
    if number is not None:
        return (match[int(number)] or "") if int(number) <= match.re.groups else ""
    if whole:
        return match[0]
    if name is not None and name in match.re.groupindex:
        return match[name] or ""
    if backslash:
        return "\\"
    if name is not None or other in "`'":
        raise call.refused("this replacement is not supported", "Use \\\\0 to \\\\9.", codes.UNSUPPORTED)
    return escape[0]


def scan(call: Call, text: str, pattern: str | Regexp) -> Any:
    """``text.scan(/\\w+/)``: all matches, or what their groups matched"""
    found = [list(match.groups()) if match.re.groups else match[0] for match in _all(call, text, pattern)]
    if call.block is None:
        return found
    for each in found:
        call.run(each)
    return text


def _all(call: Call, text: str, pattern: str | Regexp) -> Iterator[re.Match[str]]:
    for match in _pattern(pattern).matches(text, call.ev.budget):
        call.ev.budget.spend_values(1 + match.re.groups)
        yield match


def partition(call: Call, text: str, pattern: str | Regexp) -> list[str]:
    """``text.partition(':')``: what is before it, it, and what is behind it"""
    match = matched(call, text, pattern)
    if match is None:
        return [text, "", ""]
    return [text[: match.start()], match[0], text[match.end() :]]


def count(call: Call, text: str, characters: str) -> int:
    """``text.count('abc')``: how often any of these characters is in it"""
    return sum(map(text.count, set(_set(call, characters))))


def squeeze(_call: Call, text: str) -> str:
    """``text.squeeze``: of equal characters side by side, one is left"""
    return re.sub(r"(.)\1+", r"\1", text, flags=re.DOTALL)


def each_char(call: Call, text: str) -> str | list[str]:
    """``text.each_char { |character| … }``; without a block, the characters"""
    if call.block is None:
        return list(text)
    for character in text:
        call.run(character)
    return text


def each_line(call: Call, text: str) -> str:
    """``text.each_line { |line| … }``"""
    for line in lines(text):
        call.run(line)
    return text


def ljust(call: Call, text: str, width: int, fill: str = " ") -> str:
    """``text.ljust(20)``"""
    return text + _filling(call, width - len(text), fill)


def rjust(call: Call, text: str, width: int, fill: str = " ") -> str:
    """``text.rjust(20)``"""
    return _filling(call, width - len(text), fill) + text


def center(call: Call, text: str, width: int, fill: str = " ") -> str:
    """``text.center(20)``"""
    missing = max(width - len(text), 0)
    return _filling(call, missing // 2, fill) + text + _filling(call, missing - missing // 2, fill)


def _filling(call: Call, width: int, fill: str) -> str:
    if not fill:
        raise call.refused("there is nothing to fill with", "Use a space.")
    call.ev.budget.spend_text(max(width, 0))
    return (fill * (max(width, 0) // len(fill) + 1))[: max(width, 0)]


def successor(call: Call, text: str) -> str:
    """``text.next``: of letters and digits"""
    if not re.fullmatch("[0-9A-Za-z]+", text):
        raise call.refused("the successor of this is not supported", "Write it.", codes.UNSUPPORTED)
    return ranges.successor(text)


def ord_(call: Call, text: str) -> int:
    """``text.ord``"""
    if not text:
        raise call.refused("an empty string has no character", "Write the number.")
    return ord(text[0])


def delete(call: Call, text: str, characters: str) -> str:
    """``text.delete('abc')``"""
    return text.translate(dict.fromkeys(map(ord, _set(call, characters))))


def tr(call: Call, text: str, old: str, new: str) -> str:
    """``text.tr('_', '-')``, ``text.tr('a-z', 'A-Z')``"""
    old, new = _set(call, old), _set(call, new)
    new = new[: len(old)] + new[-1:] * (len(old) - len(new))
    table = dict(zip(map(ord, reversed(old)), reversed(new), strict=False))
    return text.translate(table or dict.fromkeys(map(ord, old)))


def _set(call: Call, characters: str) -> str:
    """The characters that *characters* mean: ``a-c`` are three. Raises RefusedError for ^ and escapes."""
    if "\\" in characters or (characters[:1] == "^" and len(characters) > 1):
        raise call.refused("all but some characters are not supported here", "Use gsub.", codes.UNSUPPORTED)

    def between(match: re.Match[str]) -> str:
        first, last = ord(match[1]), ord(match[2])
        if first > last or last > 127:
            raise call.refused("this range of characters is not supported", "Use gsub.", codes.UNSUPPORTED)
        return "".join(map(chr, range(first, last + 1)))

    return re.sub(r"([\s\S])-([\s\S])", between, characters)


def to_i(call: Call, text: str, base: int = 10) -> int:
    """``text.to_i``: the number that it begins with, 0 if none."""
    if base in _BASED and (match := _BASED[base].match(text)):
        return int(match[1], base)
    if base != 10:
        raise call.refused("to_i with this base is not supported", "Write the number.", codes.UNSUPPORTED)
    match = _WHOLE.match(text)
    if match and len(match[1]) > MAX_DIGITS:
        raise call.refused("this number is too large", "Write a smaller one.", codes.TOO_LARGE)
    return int(match[1]) if match else 0


def to_f(text: str) -> float:
    """``text.to_f``: the number that it begins with, 0.0 if none."""
    match = _FRACTION.match(text)
    return min(float(match[1].replace("_", "")), 1.7976931348623157e308) if match else 0.0


def _pattern(pattern: str | Regexp) -> Regexp:
    return literal(pattern) if isinstance(pattern, str) else pattern
