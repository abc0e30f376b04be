"""The text of a gitlab.rb, and the way from the parser's byte offsets to lines and columns."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from glctl.gitlabrb import codes
from glctl.gitlabrb.limits import MAX_HEREDOCS, MAX_LINES, MAX_SPACE_ESCAPES, MAX_TOKENS, LimitError
from glctl.spans import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_ABOVE = 40  # lines before that of a span: what is masked in it may have begun there


class Source:
    """A text as Ruby reads it: no byte order mark, LF for CRLF, a line end at the end. A part of a text
    begins at its *first_row*."""

    def __init__(self, text: str, file: str, first_row: int = 0) -> None:
        self.file = file
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        self.text = text if text.endswith("\n") else text + "\n"
        self.data = self.text.encode()
        self._first_row = first_row
        self._ascii = self.text.isascii()
        self._reached = (0, 0, 0)  # a line's offset, one in it, and its column: places are asked for in order

    @cached_property
    def lines(self) -> list[str]:
        """All lines, without their line ends."""
        return self.text[:-1].split("\n")

    def part(self, start: int, end: int) -> Source:
        """The rows from *start* to before *end*."""
        text = "".join(f"{line}\n" for line in self.lines[start:end])
        return Source(text, self.file, self._first_row + start)

    def slice(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        return self.data[start:end].decode()

    def text_of(self, node: Node) -> str:
        """The text of *node*."""
        return self.data[node.start_byte : node.end_byte].decode()

    def span(self, node: Node) -> Span:
        """The place of *node*."""
        line, column = self._position(node.start_byte, *node.start_point)
        end_line, end_column = self._position(node.end_byte, *node.end_point)
        row = node.start_point.row
        return Span(self.file, line, column, end_line, end_column, self.lines[row], self._above(row))

    def span_of_offset(self, offset: int) -> Span:
        """The place of the character at a byte offset; the end of the text is that of its last line."""
        offset = min(offset, len(self.data) - 1)
        row = self.data.count(b"\n", 0, offset)
        start = len(self.data[self.data.rfind(b"\n", 0, offset) + 1 : offset].decode())
        return self.span_at(row, start, start + 1)

    def span_at(self, row: int, start: int, end: int) -> Span:
        """The place between two character offsets of one line. All three count from 0."""
        line = self._first_row + row + 1
        return Span(self.file, line, start + 1, line, end + 1, self.lines[row], self._above(row))

    def _above(self, row: int) -> list[str]:
        return self.lines[max(0, row - _ABOVE) : row]

    def _position(self, offset: int, row: int, column: int) -> tuple[int, int]:
        if not self._ascii:
            column = self._characters(offset - column, offset)
        return self._first_row + row + 1, column + 1

    def _characters(self, line: int, offset: int) -> int:
        """The characters between the offset of a line and one in it."""
        reached_line, reached, column = self._reached
        if reached_line != line or reached > offset:
            reached, column = line, 0
        column += len(self.data[reached:offset].decode())
        self._reached = (line, offset, column)
        return column


def check_size(text: str) -> None:
    """Raise LimitError for a text that would take the parser too much time or memory."""
    tokens = len(re.findall(r"\w+|[^\w\s]", text)) if len(text) > MAX_TOKENS else 0
    counts = (
        (tokens, MAX_TOKENS, "words and signs"),
        (text.count("\n"), MAX_LINES, "lines"),
        (text.count("<<"), MAX_HEREDOCS, "heredocs"),
        (
            sum(text.count(f"\\{space}") for space in " \t\f\v\r"),
            MAX_SPACE_ESCAPES,
            "backslashes before a space",
        ),
    )
    for count, limit, words in counts:
        if count > limit:
            raise LimitError(
                codes.TOO_LARGE,
                f"this file has more than {limit:,} {words}",
                "Remove what is no setting from it.",
            )
