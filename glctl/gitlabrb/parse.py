"""The syntax tree of a gitlab.rb. The only file that loads tree_sitter."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.limits import PARSE_SECONDS, SAFE_TOKENS, LimitError
from glctl.gitlabrb.trial import seconds_of
from glctl.patterns import Pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from tree_sitter import Node, Parser, Point

_CHUNK = 64 * 1024
_TOKEN = Pattern(rb"\w+|[^\w\s]")
_HEREDOC = Pattern(
    rb"""<<(?P<indent>[-~]?)(?:(?P<quote>["'`])(?P<quoted>[^\n]+?)(?P=quote)|(?P<tag>[\w\x80-\xff]+))"""
)
_LINE_GOES_ON = Pattern(rb"(?<!\\)(?:\\\\)*\\\n\Z")
_BACKSLASH = Pattern(rb"\\(?:[ \t\f\v\r]|\n\Z)")


class RubyParser:
    """tree-sitter with the Ruby grammar, and PARSE_SECONDS for all that it is asked to parse."""

    def __init__(self) -> None:
        self._seconds = PARSE_SECONDS

    @cached_property
    def _parser(self) -> Parser:
        import tree_sitter

        return tree_sitter.Parser(tree_sitter.Language(_grammar().language()))

    def parse(self, data: bytes) -> Node:
        """The root of the tree; ``has_error`` where *data* is not Ruby. Raises LimitError."""
        stoppable = len(data) > SAFE_TOKENS and len(_TOKEN.findall(data)) > SAFE_TOKENS
        # Where it meets an error, the parser may take gigabytes before it asks again whether to stop.
        if stoppable:
            self._spend(seconds_of(lambda: self._stoppable(data)))
        started = time.thread_time()
        # Of what a read callback gives, the parser never lets go.
        root = self._stoppable(data) if stoppable else self._parser.parse(data).root_node
        self._spend(time.thread_time() - started)
        if root is None:
            raise _too_slow()
        return root

    def _spend(self, seconds: float | None) -> None:
        if seconds is None or seconds > self._seconds:
            raise _too_slow()
        self._seconds -= seconds

    def _stoppable(self, data: bytes) -> Node | None:
        """The root of the tree, None where parsing was stopped."""
        deadline = time.thread_time() + self._seconds

        def read(offset: int, _point: Point) -> bytes:
            return data[offset : offset + _CHUNK]

        def stop(_offset: int, _has_error: bool) -> bool:
            return time.thread_time() > deadline

        try:
            # Only with a read callback does the parser ask whether to stop.
            return self._parser.parse(read, progress_callback=stop).root_node
        except ValueError:
            return None


def _grammar() -> Any:
    """tree_sitter_ruby's extension module. Its package would also load what finds queries, unused here:
    a twentieth of a run without changes.
    """
    from importlib.machinery import PathFinder
    from importlib.util import module_from_spec

    package = PathFinder.find_spec("tree_sitter_ruby")
    places = package.submodule_search_locations if package else None
    spec = PathFinder.find_spec("tree_sitter_ruby._binding", places)
    if spec is None or spec.loader is None:
        import tree_sitter_ruby  # it is packed in another way; if it is missing, this says so

        return tree_sitter_ruby
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _too_slow() -> LimitError:
    return LimitError(
        codes.TOO_SLOW,
        f"reading this takes more than {PARSE_SECONDS:g} s or too much memory",
        "Look for quotes that are never closed, or for text that is not Ruby at all.",
    )


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
    for beginning, match in _beginnings(root, data):
        row = beginning.start_point.row
        start = next_body.get(row) or data.index(b"\n", beginning.end_byte)
        body = root.descendant_for_byte_range(start, start + 1)
        while body is not None and body.type != "heredoc_body":
            body = body.parent
        if body is None or body.start_byte != start or not _ends_with(body, data, match):
            yield beginning, None
        else:
            next_body[row] = body.end_byte
            yield beginning, body


def _beginnings(root: Node, data: bytes) -> Iterator[tuple[Node, re.Match[bytes]]]:
    for match in _HEREDOC.finditer(data):
        node = root.descendant_for_byte_range(match.start(), match.end())
        if node is not None and node.type == "heredoc_beginning" and node.start_byte == match.start():
            yield node, match


def _ends_with(body: Node, data: bytes, beginning: re.Match[bytes]) -> bool:
    """Whether the last line of *body* is the tag and nothing else, as Ruby wants it."""
    start = data.rindex(b"\n", 0, body.end_byte) + 1
    line = data[start : data.find(b"\n", body.end_byte)]
    if beginning["indent"]:
        line = line.lstrip(b" \t\f\v\r")
    if line != (beginning["quoted"] or beginning["tag"]):
        return False
    # A backslash at the end of a line makes the next one a part of it, unless the text is taken as it is.
    return beginning["quote"] == b"'" or not _LINE_GOES_ON.search(data, body.start_byte, start)


def stray_backslash(root: Node, data: bytes) -> int | None:
    """The offset of the first backslash that is no part of a token and does not end a line.

    The parser takes a backslash before white space for white space.
    """
    for match in _BACKSLASH.finditer(data):
        node = root.descendant_for_byte_range(match.start(), match.start() + 1)
        if node == root or (node is not None and node.child_count):
            return match.start()
    return None
