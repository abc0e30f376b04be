"""The syntax tree of a gitlab.rb. The only file that loads tree_sitter."""

from __future__ import annotations

import re
import time
from functools import cached_property
from typing import TYPE_CHECKING

from glctl.gitlabrb import codes
from glctl.gitlabrb.limits import PARSE_SECONDS, LimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node, Parser, Point

_CHUNK = 64 * 1024
_HEREDOC = re.compile(rb"""<<([-~]?)(?:(["'`])([^\n]+?)\2|([\w\x80-\xff]+))""")


class RubyParser:
    """tree-sitter with the Ruby grammar, and PARSE_SECONDS for all that it is asked to parse."""

    def __init__(self) -> None:
        self._seconds = PARSE_SECONDS

    @cached_property
    def _parser(self) -> Parser:
        import tree_sitter
        import tree_sitter_ruby

        return tree_sitter.Parser(tree_sitter.Language(tree_sitter_ruby.language()))

    def parse(self, data: bytes) -> Node:
        """The root of the tree; ``has_error`` where *data* is not Ruby. Raises LimitError."""
        started = time.thread_time()
        deadline = started + self._seconds

        def read(offset: int, _point: Point) -> bytes:
            return data[offset : offset + _CHUNK]

        def stop(_offset: int, _has_error: bool) -> bool:
            return time.thread_time() > deadline

        try:
            # Only with a read callback does the parser ask whether to stop.
            return self._parser.parse(read, progress_callback=stop).root_node
        except ValueError:  # it was stopped
            raise LimitError(
                codes.TOO_SLOW,
                f"reading this takes more than {PARSE_SECONDS:g} s",
                "Look for quotes that are never closed, or for text that is not Ruby at all.",
            ) from None
        finally:
            self._seconds -= time.thread_time() - started


def first_error(root: Node) -> Node | None:
    """The first node that the parser could make no sense of, or had to invent."""
    node = root if root.has_error else None
    found = None
    while node is not None and not node.is_error and not node.is_missing:
        found = node
        node = next((child for child in node.children if child.has_error), None)
    return node or found  # an error may hide in a node without children


def heredocs(root: Node, data: bytes) -> Iterator[tuple[Node, Node | None]]:
    """The node that begins each heredoc, and its body; None where the line that ends it is not found.

    The body starts at the end of the line that begins it, or where the body of the heredoc before it on that
    line ends.
    """
    next_body: dict[int, int] = {}  # byte offset by row
    for beginning, tag, indented in _beginnings(root, data):
        row = beginning.start_point.row
        start = next_body.get(row) or data.index(b"\n", beginning.end_byte)
        body = root.descendant_for_byte_range(start, start + 1)
        while body is not None and body.type != "heredoc_body":
            body = body.parent
        if body is None or body.start_byte != start or not _ends_with(body, data, tag, indented):
            yield beginning, None
        else:
            next_body[row] = body.end_byte
            yield beginning, body


def _beginnings(root: Node, data: bytes) -> Iterator[tuple[Node, bytes, bool]]:
    for match in _HEREDOC.finditer(data):
        node = root.descendant_for_byte_range(match.start(), match.end())
        if node is not None and node.type == "heredoc_beginning" and node.start_byte == match.start():
            yield node, match[3] or match[4], bool(match[1])


def _ends_with(body: Node, data: bytes, tag: bytes, indented: bool) -> bool:
    """Whether the last line of *body* is its tag and nothing else, as Ruby wants it."""
    line = data[data.rindex(b"\n", 0, body.end_byte) + 1 : data.find(b"\n", body.end_byte)]
    return (line.lstrip(b" \t\f\v\r") if indented else line) == tag
