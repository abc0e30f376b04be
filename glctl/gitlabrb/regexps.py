"""Regular expressions: Ruby's, as Python has them. What could take too long is refused or charged.

Python's ``re`` cannot be interrupted, so a search is charged what it could cost at worst: each part that may
repeat without end multiplies it by the length of the text, each other choice by the number of its ways.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.strings import check_quote, interpolation, pieces
from glctl.gitlabrb.values import UNKNOWN
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator
    from glctl.gitlabrb.limits import Budget

_TOKEN = Pattern(
    r"(?P<escape>\\[\s\S])|(?P<set>\[(?:\\.|\[:\^?\w+:\]|[^\]\\\[])*\])"
    r"|(?P<open>\((?!\?)|\(\?(?::|=|!|<=|<!|<[A-Za-z_]\w*>))|(?P<close>\))"
    r"|(?P<repeat>(?:[*+]|\{\d+,\})[?]?)|(?P<some>\?[?]?|\{(?:\d+,)?(?P<most>\d+)\}[?]?)|(?P<or>\|)"
    r"|(?P<other>[^\[\](){}*+?\\])"
)
_PLAIN_ESCAPES = frozenset("dDwWsSbBAntrfv0")
_POSIX = {
    "alpha": "A-Za-z", "digit": "0-9", "alnum": "A-Za-z0-9", "upper": "A-Z", "lower": "a-z",
    "space": r"\s", "xdigit": "0-9A-Fa-f", "word": r"\w", "punct": r"!-/:-@\[-`{-~",
}  # fmt: skip
_FLAGS = {"i": re.IGNORECASE, "m": re.DOTALL, "x": re.VERBOSE}
_MAX_PATTERN = 1000  # characters


@dataclass(frozen=True, slots=True)
class Regexp:
    """A Ruby Regexp. *repeats* of its parts have no upper bound, and the others have *ways* to match."""

    pattern: re.Pattern[str]
    repeats: int = 0
    ways: int = 1

    def search(self, text: str, budget: Budget) -> re.Match[str] | None:
        """The first match in *text*."""
        return next(self.matches(text, budget), None)

    def matches(self, text: str, budget: Budget) -> Iterator[re.Match[str]]:
        """All matches in *text*."""
        budget.spend_search(self.cost(text))
        return self.pattern.finditer(text)

    def cost(self, text: str) -> int:
        """The steps that a search in *text* takes at worst."""
        steps: int = (len(text) + 1) ** (self.repeats + 1)
        return self.ways * steps


def literal(text: str) -> Regexp:
    """What finds *text* itself."""
    return Regexp(re.compile(re.escape(text)))


def regex(ev: Evaluator, node: Node) -> Any:
    """``/…/`` and ``%r{…}``"""
    check_quote(ev, node)
    opening, *content, closing = node.children
    parts = list(pieces(ev, content, opening.end_byte, closing.start_byte))
    texts = [part if isinstance(part, str) else interpolation(ev, part) for part in parts]
    if UNKNOWN in texts:
        return UNKNOWN
    source = "".join(texts)
    flags = re.MULTILINE | re.ASCII
    for letter in ev.source.text_of(closing)[1:]:
        if letter not in _FLAGS:
            raise _refused(node, "this option of a regular expression")
        flags |= _FLAGS[letter]
    return _compiled(node, source, flags)


def _compiled(node: Node, source: str, flags: int) -> Regexp:
    if len(source) > _MAX_PATTERN:
        raise RefusedError(
            node,
            codes.TOO_LARGE,
            f"a regular expression of more than {_MAX_PATTERN} characters",
            "Shorten it.",
        )
    translated, repeats, ways = _translated(node, source)
    try:
        return Regexp(re.compile(translated, flags), repeats, ways)
    except (re.error, OverflowError, RecursionError):
        raise RefusedError(
            node, codes.SYNTAX, "this is no regular expression", "A path or a URL needs quotes: '…'."
        ) from None


def _translated(node: Node, source: str) -> tuple[str, int, int]:
    """*source* as Python writes it, the number of its repeated parts, and how many ways the others have."""
    result: list[str] = []
    repeats, ways = 0, 1
    closed = repeated = False  # whether a group, or a repeated part, ends right here
    at = 0
    while at < len(source):
        if (match := _TOKEN.match(source, at)) is None:
            raise _refused(node, "this kind of regular expression")
        at = match.end()
        kind, text = match.lastgroup, match[0]
        if kind == "most":
            kind = "some"
        is_repeat = kind in ("repeat", "some")
        if is_repeat and repeated:
            raise _refused(node, "a repeated repetition in a regular expression")
        repeated = is_repeat
        if is_repeat and closed and (kind == "repeat" or match["most"]):
            raise _refused(node, "a repeated group in a regular expression")
        repeats += kind == "repeat"
        ways *= 2 if kind == "or" else int(match["most"] or 1) + 1 if kind == "some" else 1
        closed = kind == "close"
        result.append(_as_python(node, kind, text))
    return "".join(result), repeats, ways


def _as_python(node: Node, kind: str | None, text: str) -> str:
    if kind == "escape":
        return _escape(node, text)
    if kind == "set":
        return _set(node, text)
    if kind == "open":
        return text.replace("(?<", "(?P<") if re.match(r"\(\?<\w", text) else text
    return text


def _escape(node: Node, text: str) -> str:
    letter = text[1]
    if letter in "zZhH":
        return {"z": r"\Z", "Z": r"(?=\n?\Z)", "h": "[0-9a-fA-F]", "H": "[^0-9a-fA-F]"}[letter]
    if letter.isalnum() and letter not in _PLAIN_ESCAPES:
        raise _refused(node, f"\\{letter} in a regular expression")
    return text


def _set(node: Node, text: str) -> str:
    if "&&" in text:
        raise _refused(node, "&& in a regular expression")
    text = re.sub(r"\[:(\w+):\]", lambda match: _POSIX.get(match[1], match[0]), text)
    if "[:" in text:
        raise _refused(node, "this class in a regular expression")
    return text.replace(r"\h", "0-9a-fA-F")


def _refused(node: Node, words: str) -> RefusedError:
    return RefusedError(node, codes.UNSUPPORTED, f"{words} is not supported", "Write the resulting value.")
