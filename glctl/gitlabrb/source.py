"""The text of a gitlab.rb, and the way from the parser's byte offsets to lines and columns."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from glctl.spans import Span

if TYPE_CHECKING:
    from tree_sitter import Node


class Source:
    """A text as Ruby reads it: no byte order mark, LF for CRLF, a line end at the end."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        text = text.removeprefix("\ufeff").replace("\r\n", "\n")
        self.text = text if text.endswith("\n") else text + "\n"
        self.data = self.text.encode()
        self._ascii = self.text.isascii()

    @cached_property
    def lines(self) -> list[str]:
        """All lines, without their line ends."""
        return self.text[:-1].split("\n")

    def slice(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        return self.data[start:end].decode()

    def text_of(self, node: Node) -> str:
        """The text of *node*."""
        return self.data[node.start_byte : node.end_byte].decode()

    def span(self, first: Node, last: Node | None = None) -> Span:
        """The place of *first*, or of everything from *first* to *last*."""
        last = last or first
        line, column = self._position(first.start_byte, *first.start_point)
        end_line, end_column = self._position(last.end_byte, *last.end_point)
        return Span(self.file, line, column, end_line, end_column)

    def span_at(self, row: int, start: int, end: int) -> Span:
        """The place between two character offsets of one line. All three count from 0."""
        return Span(self.file, row + 1, start + 1, row + 1, end + 1)

    def _position(self, offset: int, row: int, column: int) -> tuple[int, int]:
        if not self._ascii:
            column = len(self.data[offset - column : offset].decode())
        return row + 1, column + 1
