"""Syntax errors: a broken statement is told with its likely cause and left out, and the rest is read on."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from glctl.gitlabrb import codes
from glctl.gitlabrb.limits import LimitError
from glctl.gitlabrb.parse import RubyParser, first_error, heredocs, stray_backslash
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tree_sitter import Node

    from glctl.gitlabrb.model import Names
    from glctl.gitlabrb.source import Source

_MAX_ERRORS = 10
# How many lines that look like the beginning of a setting are tried as one statement.
_JOINED = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
_MAX_ROWS = 1000  # of a broken statement that are looked at
_FIRST_WORD = re.compile(r"[ \t]*(?:self\.)?(\w+)(?:(\[)|[ \t]*[\[(=]|[ \t]+['\"])")
_VARIABLE = re.compile(r"[ \t]*([a-z_]\w*)[ \t]*=(?![=~])")


@dataclass(frozen=True, slots=True)
class Parsed:
    """What can be evaluated: the tree, the body of each heredoc by the id of the node that begins it, and the
    variables that only broken statements set."""

    root: Node
    heredocs: Mapping[int, Node | None]
    unread: frozenset[str] = frozenset()


def parse(source: Source, names: Names, diagnostics: list[Diagnostic]) -> Parsed | None:
    """The tree of *source* without its broken statements, each of which is added to *diagnostics*; None where
    nothing is left to rely on. Raises LimitError."""
    whole = _whole(source.data)
    if isinstance(whole, Parsed):
        return whole
    parser = RubyParser()
    lines = source.data.split(b"\n")
    unread: set[str] = set()
    for start, end in islice(_broken_statements(source, names, parser), _MAX_ERRORS):
        diagnostics.append(_diagnosis(source, parser, start, end))
        unread.update(match[1] for line in source.lines[start:end] if (match := _VARIABLE.match(line)))
        # Blanks in its place: every other offset stays what it is.
        lines[start:end] = [b" " * len(line) for line in lines[start:end]]
    if not diagnostics:
        if isinstance(whole, LimitError):
            raise whole
        diagnostics.append(_unclear(source, whole))
    rest = _whole(b"\n".join(lines))
    return replace(rest, unread=frozenset(unread)) if isinstance(rest, Parsed) else None


def _whole(data: bytes) -> Parsed | int | LimitError:
    """As _tree_or_error. One missing quote in a long file may be enough for a limit."""
    try:
        return _tree_or_error(RubyParser(), data)
    except LimitError as limit:
        return limit


def _tree_or_error(parser: RubyParser, data: bytes) -> Parsed | int:
    """The tree of *data*, or the offset of what Ruby would not accept first: what the parser says, a heredoc
    that does not end, a stray backslash."""
    root = parser.parse(data)
    bodies = list(heredocs(root, data))
    offsets = [node.start_byte for node, body in bodies if body is None and not _is_in_heredoc(node)]
    if (error := first_error(root)) is not None:
        offsets.append(error.start_byte)
    if (backslash := stray_backslash(root, data)) is not None:
        offsets.append(backslash)
    return min(offsets) if offsets else Parsed(root, {node.id: body for node, body in bodies})


def _is_in_heredoc(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.type != "heredoc_body":
        parent = parent.parent
    return parent is not None


def _broken_statements(source: Source, names: Names, parser: RubyParser) -> Iterator[tuple[int, int]]:
    """The statements that are broken by themselves: rows, from the line that begins one to before the one
    that begins the next."""
    first_words = ((row, _FIRST_WORD.match(line)) for row, line in enumerate(source.lines))
    starts = [row for row, match in first_words if row and match and (match[2] or match[1] in names)]
    starts = [0, *starts, len(source.lines)]
    at = 0
    while at < len(starts) - 1:
        # A statement may have lines that look like the beginning of one: in a heredoc, in an if block.
        ends = [at + joined for joined in _JOINED if at + joined < len(starts)]
        whole = (end for end in ends if _is_whole(parser, source, starts[at], starts[end]))
        if (end := next(whole, None)) is not None:
            at = end
        else:
            yield starts[at], starts[at + 1]
            at += 1


def _is_whole(parser: RubyParser, source: Source, start: int, end: int) -> bool:
    return isinstance(_tree_or_error(parser, source.rows(start, end)), Parsed)


def _diagnosis(source: Source, parser: RubyParser, start: int, end: int) -> Diagnostic:
    """What is most likely wrong with the statement in these rows."""
    from glctl.gitlabrb.mistakes import likeliest  # most files need none of it

    if (found := likeliest(source.lines, start, min(end, start + _MAX_ROWS))) is not None:
        mistake, token = found
        span = source.span_at(token.row, token.start, token.end)
        return Diagnostic(codes.SYNTAX, "error", mistake.message, mistake.hint, span)
    error = _tree_or_error(parser, source.rows(start, end))
    return _unclear(source, len(source.rows(0, start)) + (error if isinstance(error, int) else 0))


def _unclear(source: Source, offset: int) -> Diagnostic:
    return Diagnostic(
        codes.SYNTAX,
        "error",
        "Ruby cannot read on from here",
        "Look for a missing comma, quote or bracket here and on the line above.",
        source.span_of_offset(offset),
    )
