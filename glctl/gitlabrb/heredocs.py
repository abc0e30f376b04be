"""Heredocs: text that begins on the line after ``<<EOS``, ``<<-EOS`` or ``<<~EOS`` and ends with ``EOS``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.strings import interpolated, pieces

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

_TAB = 8  # columns, as Ruby counts them


def heredoc_beginning(ev: Evaluator, node: Node) -> Any:
    """``<<~EOS`` and its body; a tag in single quotes means text without escapes and interpolation."""
    tag = ev.source.text_of(node)
    if "`" in tag:
        raise RefusedError(
            node,
            codes.UNSUPPORTED,
            "running a program is not supported",
            "Write the program's output as a string.",
        )
    body = ev.heredocs.get(node.id)
    if body is None:
        raise RefusedError(
            node,
            codes.UNSUPPORTED,
            "a heredoc inside of another one's text is not supported",
            "Give it a name first: name = <<~EOS",
        )
    parts = _body(ev, body)
    if tag.startswith("<<~"):
        parts = _dedented(parts)
    if tag.lstrip("<-~").startswith("'"):
        return "".join(part for part in parts if isinstance(part, str))
    return interpolated(ev, body, iter(parts))


def _body(ev: Evaluator, body: Node) -> list[str | Node]:
    """The text between the line that begins the heredoc and the one that ends it."""
    *content, end = body.children
    last_line = ev.source.data.rindex(b"\n", 0, end.end_byte) + 1
    return list(pieces(ev, content, body.start_byte + 1, max(last_line, body.start_byte + 1)))


def _dedented(parts: list[str | Node]) -> list[str | Node]:
    """*parts* without the indentation that all lines share. Blank lines do not count (as documented; Ruby 3.1
    adds their width to the line below), tabs reach to the next multiple of 8."""
    width = min(_indentations(parts), default=sys.maxsize)
    result: list[str | Node] = []
    at_line_start = True
    for part in parts:
        if isinstance(part, str):
            first, *others = part.split("\n")
            lines = [_cut(first, width) if at_line_start else first, *(_cut(line, width) for line in others)]
            result.append("\n".join(lines))
        else:
            result.append(part)
        at_line_start = False
    return result


def _indentations(parts: list[str | Node]) -> list[int]:
    """The indentation of each line that is not blank."""
    # An interpolation counts as text; what it inserts has no lines of its own.
    text = "".join(part if isinstance(part, str) else "#" for part in parts)
    lines = (line.expandtabs(_TAB) for line in text.split("\n"))
    return [len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")]


def _cut(line: str, width: int) -> str:
    """*line* without as much of its indentation as fits into *width* columns."""
    column = 0
    for index, character in enumerate(line):
        column += _TAB - column % _TAB if character == "\t" else 1
        if character not in " \t" or column > width:
            return line[index:]
    return ""
