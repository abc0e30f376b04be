import io
from pathlib import Path

import pytest

from glctl.commands.diagnostics import format_diagnostic, print_diagnostics
from glctl.console import Console
from glctl.spans import Diagnostic, Span


def shown(source: str, span: tuple[int, int, int, int], color: bool = False) -> str:
    """How a diagnostic at *span* (line, column, end line, end column) of *source* is printed."""
    diagnostic = Diagnostic("x", "error", "wrong", "Do this.", Span("gitlab.rb", *span))
    return format_diagnostic(diagnostic, Console(color=color), {"gitlab.rb": source.split("\n")})


def test_it_shows_the_place_the_line_a_caret_and_the_hint() -> None:
    assert shown("a = 1\nregistyr['x'] = 2\n", (2, 1, 2, 9)) == (
        "gitlab.rb:2:1: error: wrong\n    2 | registyr['x'] = 2\n        ^^^^^^^^\n  -> Do this."
    )


@pytest.mark.parametrize(
    ("source", "span", "line", "caret"),
    [
        ("ä = 1", (1, 5, 1, 6), "ä = 1", "    ^"),
        ("\tx", (1, 2, 1, 3), " x", " ^"),
        ("x", (1, 1, 1, 1), "x", "^"),  # nothing to underline: still a caret
        ("x", (1, 2, 1, 2), "x", " ^"),  # at the end of the line
        ("abc {\n}", (1, 5, 2, 2), "abc {", "    ^"),  # to the end of the first line
        ("a\x1b[31mb", (1, 1, 1, 2), "a\\x1b[31mb", "^"),
        ("secretkey: hunter2", (1, 12, 1, 19), "secretkey: [MASKED]", "           ^^^^^^^^"),
    ],
)
def test_the_caret_stands_below_what_is_meant(
    source: str, span: tuple[int, int, int, int], line: str, caret: str
) -> None:
    excerpt = shown(source, span).splitlines()[1:3]
    assert excerpt == [f"    1 | {line}", f"        {caret}"]


def test_a_long_line_is_cut_around_the_caret() -> None:
    lines = shown("a b " * 1250 + "HERE" + " c d" * 1250, (1, 5001, 1, 5005)).splitlines()
    assert "HERE" in lines[1]
    assert max(map(len, lines)) < 200
    at = lines[2].index("^")
    assert lines[1][at : at + lines[2].count("^")] == "HERE"


def test_a_message_has_no_full_stop_at_its_end() -> None:
    assert format_diagnostic(Diagnostic("x", "error", "It is. Odd."), Console(), {}) == "error: It is. Odd"


def test_a_secret_never_shows() -> None:
    assert "hunter2" not in shown("registry['http_secret'] = 'hunter2", (1, 27, 1, 35))


def test_a_place_that_is_not_in_the_file_shows_no_line() -> None:
    assert shown("x", (7, 1, 7, 2)) == "gitlab.rb:7:1: error: wrong\n  -> Do this."


def test_colour_follows_the_severity() -> None:
    warning = Diagnostic("x", "warning", "odd")
    assert "\x1b[33;1mwarning" in format_diagnostic(warning, Console(color=True), {})
    assert "\x1b[31;1merror" in shown("x", (1, 1, 1, 2), color=True)


def test_foreign_text_in_a_message_is_harmless() -> None:
    diagnostic = Diagnostic("x", "error", "no '\x1b[2J'", "not \x07")
    assert format_diagnostic(diagnostic, Console(), {}) == "error: no '\\x1b[2J'\n  -> not \\x07"


def test_print_reads_the_file_itself(tmp_path: Path) -> None:
    config = tmp_path / "gitlab.rb"
    config.write_bytes(b"a\r\n\xffb\r\n")
    stream = io.StringIO()
    span = Span(str(config), 2, 2, 2, 3)
    print_diagnostics([Diagnostic("x", "error", "one", span=span), Diagnostic("y", "warning", "two")], stream)
    assert stream.getvalue() == f"{config}:2:2: error: one\n    2 | \ufffdb\n         ^\nwarning: two\n"


def test_print_does_without_a_file_that_is_gone() -> None:
    stream = io.StringIO()
    print_diagnostics([Diagnostic("x", "error", "gone", span=Span("/nowhere", 1, 1, 1, 2))], stream)
    assert stream.getvalue() == "/nowhere:1:1: error: gone\n"


def test_of_many_lines_the_first_are_named() -> None:
    stream = io.StringIO()
    spans = [Span("/nowhere", line, 1, line, 2) for line in range(1, 61)]
    print_diagnostics([Diagnostic("x", "warning", "odd", "Mend it.", span) for span in spans], stream)
    last = stream.getvalue().splitlines()[-1]
    assert last == "     and 59 more like it, on lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 … (-v shows them)"


def test_what_is_no_more_than_a_note_is_called_so() -> None:
    assert format_diagnostic(Diagnostic("x", "info", "so it is"), Console(), {}) == "note: so it is"
