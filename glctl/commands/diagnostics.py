"""Diagnostics as a compiler prints them: the place, the line, a caret, what to write instead."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING

from glctl.console import Console, as_called, harmless, wants_color
from glctl.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from glctl.spans import Diagnostic, Severity, Span

_WIDTH = 160  # longer lines are cut around the caret
_MANY = 4  # warnings with one remedy are told once
_LINES = 10  # of which so many are named
WORDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}  # gravest first
_COLORS: dict[Severity, str] = {"error": "red", "warning": "yellow", "info": "cyan"}


def print_diagnostics(
    diagnostics: Iterable[Diagnostic], stream: IO[str], console: Console | None = None
) -> None:
    """Write each diagnostic with its source line, masked; warnings of one cause once, but with ``-v``."""
    console = console or Console(color=wants_color("auto", stream))
    sources: dict[str, list[str]] = {}
    for diagnostic, alike in _gathered(tuple(diagnostics), console.verbose):
        stream.write(format_diagnostic(diagnostic, console, sources) + "\n")
        if alike:
            lines = _first_lines(alike)
            stream.write(f"     and {len(alike)} more like it, on lines {lines} (-v shows them)\n")


def _first_lines(alike: Sequence[Diagnostic]) -> str:
    """Where the others are: the first few."""
    lines = [str(each.span.line) for each in alike if each.span]
    return ", ".join(lines[:_LINES]) + (" …" if len(lines) > _LINES else "")


def _gathered(
    diagnostics: Sequence[Diagnostic], verbose: bool
) -> Iterator[tuple[Diagnostic, Sequence[Diagnostic]]]:
    """Each diagnostic, and what is told along with it: the others of one cause, where there are many."""
    groups: dict[object, list[Diagnostic]] = {}
    for each in diagnostics:
        groups.setdefault(_cause(each), []).append(each)
    for each in diagnostics:
        group = groups[_cause(each)]
        if verbose or len(group) < _MANY:
            yield each, ()
        elif each is group[0]:
            yield each, group[1:]


def _cause(diagnostic: Diagnostic) -> object:
    """What is the same for warnings that one remedy mends; an error stands for itself."""
    span = diagnostic.span
    if diagnostic.severity == "error" or not span or not diagnostic.hint:
        return id(diagnostic)
    return diagnostic.code, diagnostic.hint, span.file


def format_diagnostic(diagnostic: Diagnostic, console: Console, sources: dict[str, list[str]]) -> str:
    """One diagnostic as text. *sources* caches the lines of files already read."""
    word, color = WORDS[diagnostic.severity], _COLORS[diagnostic.severity]
    where = f"{console.paint(str(diagnostic.span), 'bold')}: " if diagnostic.span else ""
    lines = [f"{where}{console.paint(word, color, 'bold')}: {told(diagnostic)}"]
    if diagnostic.span:
        source, above = _lines(diagnostic.span, sources)
        if source is not None:
            lines += _excerpt(source, above, diagnostic.span, console, color)
    if diagnostic.hint:
        hint = as_called(diagnostic.hint, console.called)
        lines.append(f"  {console.paint('->', 'cyan')} {harmless(hint)}")
    return "\n".join(lines)


def told(diagnostic: Diagnostic) -> str:
    """The message as it is printed: without a full stop, as compilers do; a GlctlError has one."""
    return harmless(diagnostic.message.removesuffix("."))


def source_line(span: Span) -> str:
    """The line of *span* as it may be shown; empty where it cannot be read any more."""
    line, above = _lines(span, {})
    return masked(line or "", above).text.strip()[:_WIDTH]


def _lines(span: Span, sources: dict[str, list[str]]) -> tuple[str | None, Sequence[str]]:
    """The line of *span*, None where it cannot be read any more; and those above it."""
    if span.text:
        return span.text, span.above
    if span.file not in sources:
        path = Path(span.file)
        try:
            if not path.is_file():  # a pipe gives nothing a second time, and would be waited for
                raise FileNotFoundError
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            sources[span.file] = text.replace("\r\n", "\n").split("\n")
        except OSError:
            sources[span.file] = []
    lines = sources[span.file]
    return (lines[span.line - 1], lines[: span.line - 1]) if 0 < span.line <= len(lines) else (None, ())


def _excerpt(source: str, above: Sequence[str], span: Span, console: Console, color: str) -> list[str]:
    """The line, masked and cut to what fits around the caret, and the caret under what it means there."""
    shown = masked(source, above)
    until = span.end_column - 1 if span.end_line == span.line else len(source)
    start, end = shown.between(span.column - 1, until)
    cut = max(0, start - _WIDTH // 2)
    width = max(1, min(end, cut + _WIDTH) - start)
    gutter = f"{span.line:>5} | "
    caret = " " * (len(gutter) + start - cut) + console.paint("^" * width, color)
    return [console.paint(gutter, "dim") + shown.text[cut : cut + _WIDTH], caret]
