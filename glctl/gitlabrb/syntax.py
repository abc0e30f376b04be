"""Syntax errors: a broken statement is told with its likely cause and left out, and the rest is read on.

The text is parsed in stretches of whole statements, so that a mistake stays where it is: to the parser alone,
a missing quote makes all that follows something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from glctl.gitlabrb import codes
from glctl.gitlabrb.limits import LimitError
from glctl.gitlabrb.parse import RubyParser, first_error, heredocs, stray_backslash
from glctl.patterns import Pattern
from glctl.spans import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tree_sitter import Node

    from glctl.gitlabrb.model import Names
    from glctl.gitlabrb.source import Source

_MAX_ERRORS = 10
_MAX_ROWS = 1000  # of a broken statement that are looked at
_STRETCH = 6 * 1024  # characters that are parsed at once, where statements allow it
# How many lines that look like the beginning of a statement are tried as one: a heredoc may have them.
_JOINED = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
_FIRST_WORD = Pattern(r"[ \t]*(?:self\.)?(\w+)(?:(\[)|[ \t]*[\[(=]|[ \t]+['\"])")
_VARIABLE = Pattern(r"[ \t]*([a-z_]\w*)[ \t]*=(?![=~])")
_PARAMETERS = Pattern(r"(?:\bdo|\{)\s*\|([^|]*)\|")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Statements that can be evaluated: their source, its tree, and the body of each heredoc by the id of the
    node that begins it."""

    source: Source
    root: Node
    heredocs: Mapping[int, Node | None]


@dataclass(slots=True)
class Parsed:
    """All that can be evaluated, and the variables that broken statements would have set."""

    stretches: list[Stretch] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def parse(source: Source, names: Names, diagnostics: list[Diagnostic]) -> Parsed:
    """All of *source* but its broken statements, which are added to *diagnostics*. Raises LimitError."""
    parsed = Parsed()
    parser = RubyParser()
    starts = _statement_starts(source, names)
    at = 0
    while at < len(starts) - 1 and len(diagnostics) < _MAX_ERRORS:
        found = _longest_stretch(source, parser, starts, at)
        if found is None and not diagnostics:
            found = _rest(source, starts, at)
        if found is None:
            rows = starts[at], starts[at + 1]
            diagnostics.append(_diagnosis(source, parser, *rows))
            parsed.unread.update(_variables(source.lines[slice(*rows)]))
            at += 1
            continue
        at, stretch = found
        parsed.stretches.append(stretch)
        if _has_end(stretch):
            break
    return parsed


def _statement_starts(source: Source, names: Names) -> list[int]:
    """The rows that look like the beginning of a statement, and the one behind the last."""
    first_words = ((row, _FIRST_WORD.match(line)) for row, line in enumerate(source.lines))
    starts = [row for row, match in first_words if row and match and (match[2] or match[1] in names)]
    return [0, *starts, len(source.lines)]


def _longest_stretch(
    source: Source, parser: RubyParser, starts: Sequence[int], at: int
) -> tuple[int, Stretch] | None:
    """Statements from *at* on that are whole together, and which comes next; None where one is broken."""
    for count in _counts(source, starts, at):
        found = _stretch_or_error(parser, source.part(starts[at], starts[at + count]))
        if isinstance(found, Stretch):
            return at + count, found
    return None


def _counts(source: Source, starts: Sequence[int], at: int) -> Iterator[int]:
    """How many statements to try: as many as one stretch takes, then less and less, then one with what looks
    like others."""
    left = len(starts) - 1 - at
    count = characters = 0
    while count < left and characters < _STRETCH:
        characters += sum(map(len, source.lines[starts[at + count] : starts[at + count + 1]]))
        count += 1
    while count:
        yield count
        count //= 2
    yield from (count for count in _JOINED if count <= left)


def _rest(source: Source, starts: Sequence[int], at: int) -> tuple[int, Stretch] | None:
    """All that is left, if it is whole: one block may be as long."""
    try:
        found = _stretch_or_error(RubyParser(), source.part(starts[at], starts[-1]))
    except LimitError:
        return None
    return (len(starts) - 1, found) if isinstance(found, Stretch) else None


def _stretch_or_error(parser: RubyParser, source: Source) -> Stretch | int:
    """The tree of *source*, or the offset of what Ruby would not accept first: what the parser refuses, a
    heredoc that does not end, a stray backslash."""
    root = parser.parse(source.data)
    bodies = list(heredocs(root, source.data))
    offsets = [node.start_byte for node, body in bodies if body is None and not _is_in_heredoc(node)]
    if (error := first_error(root)) is not None:
        offsets.append(error.start_byte)
    if (backslash := stray_backslash(root, source.data)) is not None:
        offsets.append(backslash)
    return min(offsets) if offsets else Stretch(source, root, {node.id: body for node, body in bodies})


def _is_in_heredoc(node: Node) -> bool:
    parent = node.parent
    while parent is not None and parent.type != "heredoc_body":
        parent = parent.parent
    return parent is not None


def _has_end(stretch: Stretch) -> bool:
    """Whether ``__END__`` is in it: nothing that follows is Ruby."""
    return any(child.type == "uninterpreted" for child in stretch.root.children[-1:])


def _variables(lines: Sequence[str]) -> Iterator[str]:
    """The variables that *lines* look like setting, and the parameters of their blocks."""
    for line in lines:
        if match := _VARIABLE.match(line):
            yield match[1]
        if match := _PARAMETERS.search(line):
            yield from re.findall(r"\w+", match[1])


def _diagnosis(source: Source, parser: RubyParser, start: int, end: int) -> Diagnostic:
    """What is most likely wrong with the statement in these rows."""
    from glctl.gitlabrb.mistakes import likeliest  # most files need none of it

    if (found := likeliest(source.lines, start, min(end, start + _MAX_ROWS))) is not None:
        mistake, token = found
        span = source.span_at(token.row, token.start, token.end)
        return Diagnostic(codes.SYNTAX, "error", mistake.message, mistake.hint, span)
    statement = source.part(start, end)
    error = _stretch_or_error(parser, statement)
    return Diagnostic(
        codes.SYNTAX,
        "error",
        "Ruby cannot read on from here",
        "Look for a missing comma, quote or bracket here and on the line above.",
        statement.span_of_offset(error if isinstance(error, int) else 0),
    )
