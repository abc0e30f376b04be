"""Strings in quotes: their escapes, what is interpolated, and strings side by side."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.printing import to_s
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, Hash, Text
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

_ESCAPE = Pattern(
    r"\\(?:u\{(?P<points>[\da-fA-F \t]+)\}|u(?P<point>[\da-fA-F]{4})|x(?P<hex>[\da-fA-F]{1,2})"
    r"|(?P<octal>[0-7]{1,3})|(?P<other>.))",
    re.DOTALL,
)
_RAW_ESCAPE = Pattern(r"\\([\\'])")
_TEXT = frozenset({"string_content", "heredoc_content", "escape_sequence"})
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "v": "\v", "s": " "}
_CONTROL = "cCM"
_CLOSING = {"(": ")", "[": "]", "{": "}", "<": ">"}


def string(ev: Evaluator, node: Node) -> Any:
    """``'…'`` and ``"…"``"""
    text = quoted(ev, node)
    return text if text is UNKNOWN or len(text) > 1 else Text(text)


def character(ev: Evaluator, node: Node) -> str:
    """``?a``, ``?\\n``"""
    text = unescaped(ev.source.text_of(node).removeprefix("?"), node)
    if len(text) != 1:
        raise RefusedError(
            node, codes.SYNTAX, "one character belongs behind this ? sign", "Put text in quotes."
        )
    return Text(text)


def chained_string(ev: Evaluator, node: Node) -> Any:
    """``'a' "b"``: strings side by side are one string."""
    check_chain(ev, node)
    strings = ev.parts(node)
    values = [ev.value(each) for each in strings]
    if UNKNOWN in values:
        return UNKNOWN
    ev.budget.spend_text(sum(map(len, values)))
    return "".join(values)


def check_chain(ev: Evaluator, node: Node) -> None:
    """Raise RefusedError for strings side by side that are not on one line."""
    for before, after in pairwise(ev.parts(node)):
        between = ev.source.slice(before.end_byte, after.start_byte)
        if "\n" in between.replace("\\\n", ""):
            raise RefusedError(
                before,
                codes.SYNTAX,
                "a comma is missing behind this",
                "Write a comma between two elements.",
            )


def quoted(ev: Evaluator, node: Node) -> Any:
    """The text of a node that has quotes around it: single ones, or double ones with interpolation."""
    opening, *content, closing = node.children
    quote = ev.source.text_of(opening).lstrip(":")
    if quote[0] == "%":
        return _percent(ev, node)
    if quote == "'":
        raw = ev.source.slice(opening.end_byte, closing.start_byte)
        return _RAW_ESCAPE.sub(r"\1", raw) if "\\" in raw else raw
    return interpolated(ev, node, pieces(ev, content, opening.end_byte, closing.start_byte))


def _percent(ev: Evaluator, node: Node) -> Any:
    """``%q(…)``, as in single quotes; ``%(…)`` and ``%Q(…)``, as in double quotes."""
    check_quote(ev, node)
    opening, *content, closing = node.children
    tag = ev.source.text_of(opening)
    if tag[1] == "q":
        return raw_text(ev.source.slice(opening.end_byte, closing.start_byte), opening=tag[-1])
    return interpolated(ev, node, pieces(ev, content, opening.end_byte, closing.start_byte))


def check_quote(ev: Evaluator, node: Node) -> None:
    """Raise RefusedError for ``%w a b``, of which Ruby and the parser do not see the same end."""
    opening = node.children[0]
    tag = ev.source.text_of(opening)
    if tag[0] == "%" and tag[-1].isspace():
        raise RefusedError(
            opening,
            codes.SYNTAX,
            f"a bracket is missing behind {tag.strip()}",
            f"Write: {tag.strip()}(…)",
        )


def words(ev: Evaluator, node: Node, interpolates: str) -> list[Any]:
    """The words of a ``%w[…]`` list; the letter *interpolates* says that they may have ``#{…}``."""
    check_quote(ev, node)
    opening, *bare, _closing = ev.parts(node)
    tag = ev.source.text_of(opening)
    if tag[1] == interpolates:
        return [
            interpolated(ev, word, pieces(ev, word.children, word.start_byte, word.end_byte)) for word in bare
        ]
    return [re.sub(r"\\([\s\\])", r"\1", raw_text(ev.source.text_of(word), tag[-1])) for word in bare]


def raw_text(raw: str, opening: str) -> str:
    """*raw*, which stands in brackets of a % literal without escapes but those of the brackets themselves."""
    ends = re.escape(opening + _CLOSING.get(opening, opening))
    return re.sub(rf"\\([\\{ends}])", r"\1", raw)


def pieces(ev: Evaluator, content: list[Node], start: int, end: int) -> Iterator[str | Node]:
    """What stands between two byte offsets: pieces of text as they are written, and interpolations."""
    for node in content:
        if node.type == "interpolation":
            yield ev.source.slice(start, node.start_byte)
            yield node
            start = node.end_byte
        elif node.type not in _TEXT:
            # After an escape in a heredoc, the parser takes ## for a comment.
            raise RefusedError(node, codes.UNSUPPORTED, "this # is not understood", "Write \\# instead.")
    yield ev.source.slice(start, end)


def interpolated(ev: Evaluator, node: Node, parts: Iterator[str | Node]) -> Any:
    """The text that *parts* of *node* make, with escapes and interpolations replaced."""
    texts = [unescaped(part, node) if isinstance(part, str) else interpolation(ev, part) for part in parts]
    if UNKNOWN in texts:
        return UNKNOWN
    ev.budget.spend_text(sum(map(len, texts)))
    return "".join(texts)


def interpolation(ev: Evaluator, node: Node) -> Any:
    """``#{…}``"""
    opening, *statements = ev.parts(node)
    if opening.type != "#{":
        raise RefusedError(
            node,
            codes.UNSUPPORTED,
            "in double quotes, Ruby reads # before $ or @ as a variable to be put into the text",
            "Write \\# or use single quotes.",
        )
    *statements, _closing = statements
    if not statements:
        return ""
    if len(statements) > 1:
        raise RefusedError(
            node, codes.UNSUPPORTED, "more than one value in #{…}", "Write #{…} for each of them."
        )
    value = ev.value(statements[0])
    if isinstance(value, Hash):
        ev.warn(
            statements[0],
            codes.HASH_IN_TEXT,
            "a hash is put into text" if len(value) else "this key is not set above: {} is put into the text",
            "Set the key on a line above.",
        )
    return value if value is UNKNOWN else to_s(value, ev.budget)


def unescaped(raw: str, node: Node) -> str:
    """*raw*, a piece of *node* in double quotes, with its escapes replaced."""
    if "\\" not in raw:
        return raw
    text = _ESCAPE.sub(lambda match: _replacement(match, node), raw)
    try:
        # Bytes that \xc3\xa9 gives one by one stand in text as surrogates until they are whole.
        return text.encode(errors="surrogateescape").decode()
    except UnicodeDecodeError:
        raise RefusedError(
            node, codes.UNSUPPORTED, "this string is not UTF-8", "Use \\u escapes, such as \\u00e9."
        ) from None


def _replacement(match: re.Match[str], node: Node) -> str:
    if points := match["points"] or match["point"]:
        return "".join(_character(int(point, 16), node) for point in points.split())
    if match["hex"] or match["octal"]:
        byte = int(match["hex"], 16) if match["hex"] else int(match["octal"], 8) & 0xFF
        return chr(byte) if byte < 0x80 else chr(0xDC00 + byte)
    other = match["other"]
    if other in "ux":
        raise RefusedError(
            node, codes.SYNTAX, f"\\{other} wants hexadecimal digits", "For a backslash, write \\\\."
        )
    if other in _CONTROL:
        raise RefusedError(
            node, codes.UNSUPPORTED, f"the escape \\{other} is not supported", "For a backslash, write \\\\."
        )
    return "" if other == "\n" else _SIMPLE.get(other, other)


def _character(point: int, node: Node) -> str:
    if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
        raise RefusedError(
            node, codes.SYNTAX, "there is no character of this number", "Look at the \\u escapes."
        )
    return chr(point)
