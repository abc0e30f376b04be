"""Syntax errors: a broken statement is told with its likely cause and left out, and the rest is read on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.gitlabrb import codes
from glctl.gitlabrb.mistakes import likeliest
from glctl.gitlabrb.parse import RubyParser, first_error, heredocs
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from glctl.gitlabrb.model import Names
    from glctl.gitlabrb.source import Source

_MAX_ERRORS = 10
_MAX_STATEMENTS_BACK = 20
_FIRST_WORD = re.compile(r"[ \t]*(?:self\.)?(\w+)(?:[ \t]*[\[(=]|[ \t]+['\"])")
_VARIABLE = re.compile(r"[ \t]*([a-z_]\w*)[ \t]*=(?![=~])")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What can be evaluated: the tree, the body of each heredoc by the id of the node that begins it, and the
    variables that only broken statements set."""

    root: Node
    heredocs: Mapping[int, Node | None]
    unread: frozenset[str]


def parse(source: Source, names: Names, diagnostics: list[Diagnostic]) -> Parsed | None:
    """The tree of *source* without its broken statements, each of which is added to *diagnostics*; None where
    nothing is left to rely on. Raises LimitError."""
    parser = RubyParser()
    data = source.data
    unread: set[str] = set()
    for number in range(_MAX_ERRORS + 1):
        root = parser.parse(data)
        bodies = list(heredocs(root, data))
        broken = _first_broken(root, bodies)
        if broken is None:
            return Parsed(root, {node.id: body for node, body in bodies}, frozenset(unread))
        start, end = _statement_around(source, names, parser, broken.start_point.row)
        told = _diagnosed(source, start, end)
        if told is None and number:
            return None  # most likely a consequence of what was left out
        diagnostics.append(told or _undiagnosed(source, broken))
        unread.update(match[1] for line in source.lines[start:end] if (match := _VARIABLE.match(line)))
        data = _without(data, start, end)
    return None


def _first_broken(root: Node, bodies: list[tuple[Node, Node | None]]) -> Node | None:
    """The first node that Ruby would not accept: one with an error, or a heredoc that does not end."""
    nodes = [beginning for beginning, body in bodies if body is None and not _is_in_heredoc(beginning)]
    if (error := first_error(root)) is not None:
        nodes.append(error)
    return min(nodes, key=lambda node: node.start_byte, default=None)


def _is_in_heredoc(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.type != "heredoc_body":
        parent = parent.parent
    return parent is not None


def _statement_around(source: Source, names: Names, parser: RubyParser, row: int) -> tuple[int, int]:
    """The rows of the broken statement, from the line that begins it to before the one that begins the next.

    The parser may see an error only far behind what is wrong: the statement is the nearest one that is broken
    by itself.
    """
    lines = source.lines
    first_words = ((at, _FIRST_WORD.match(line)) for at, line in enumerate(lines))
    starts = [at for at, match in first_words if match and match[1] in names]
    before = [at for at in starts if at <= row] or [row]
    end = next((at for at in starts if at > row), len(lines))
    for start in reversed(before[-_MAX_STATEMENTS_BACK:]):
        data = ("\n".join(lines[start:end]) + "\n").encode()
        root = parser.parse(data)
        if _first_broken(root, list(heredocs(root, data))) is not None:
            return start, end
    return before[-1], end


def _diagnosed(source: Source, start: int, end: int) -> Diagnostic | None:
    if (found := likeliest(source.lines, start, end)) is None:
        return None
    mistake, token = found
    span = source.span_at(token.row, token.start, token.end)
    return Diagnostic(codes.SYNTAX, "error", mistake.message, mistake.hint, span)


def _undiagnosed(source: Source, broken: Node) -> Diagnostic:
    return Diagnostic(
        codes.SYNTAX,
        "error",
        "Ruby cannot read on from here",
        "Look for a missing comma, quote or bracket here and on the line above.",
        source.span(broken),
    )


def _without(data: bytes, start: int, end: int) -> bytes:
    """*data* with blanks in the rows from *start* to before *end*: every other offset stays what it is."""
    lines = data.split(b"\n")
    lines[start:end] = [b" " * len(line) for line in lines[start:end]]
    return b"\n".join(lines)
