from __future__ import annotations

import sys

import pytest

from glctl.gitlabrb.limits import LimitError
from glctl.gitlabrb.parse import RubyParser, first_error, heredocs, stray_backslash


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a = 1\n", None),
        ("a = [1, 2 3]\n", 10),
        ("a = [1\n", 6),
        ("a = 1\nb = )\n", 8),
        ("", None),
    ],
)
def test_the_first_error_is_found(text: str, offset: int | None) -> None:
    error = first_error(RubyParser().parse(text.encode()))
    assert (error.start_byte if error else None) == offset


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("a = 1 << b\n", {}),
        ("a = '<<A'  # <<B\n", {}),
        ("a = <<A\nx\nA\n", {"<<A": "\nx\nA"}),
        ("f(<<A, <<-'B C')\nx\nA\n y\n B C\n", {"<<A": "\nx\nA", "<<-'B C'": "\n y\n B C"}),
        ("a = { b: <<A, # c\nx\nA\n c: <<~D }\ny\nD\n", {"<<A": "\nx\nA", "<<~D": "\ny\nD"}),
        ("a = <<A\nx\n A\n", {"<<A": None}),
        ("a = <<A\nx\nA \n", {"<<A": None}),
        ("a = <<-A\nx\n", {"<<-A": None}),
        ("a = <<A\nx\\\nA\n", {"<<A": None}),
        ("a = <<A\nx\\\\\nA\n", {"<<A": "\nx\\\\\nA"}),
        ("a = <<'A'\nx\\\nA\n", {"<<'A'": "\nx\\\nA"}),
    ],
)
def test_the_body_of_a_heredoc_is_found(text: str, bodies: dict[str, str | None]) -> None:
    data = text.encode()

    def read(node) -> str:
        return data[node.start_byte : node.end_byte].decode()

    found = heredocs(RubyParser().parse(data), data)
    assert {read(beginning): body and read(body) for beginning, body in found} == bodies


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("a = 1 \\\n + 2\n", None),
        ("a = 'x\\ y' # \\ z\n", None),
        ("a = \\ 1\n", 4),
        ("a = 1\\\n", 5),
        ("\\\n", 0),
    ],
)
def test_a_backslash_outside_of_everything_is_found(text: str, offset: int | None) -> None:
    data = text.encode()
    assert stray_backslash(RubyParser().parse(data), data) == offset


def test_all_parsing_together_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glctl.gitlabrb.parse.PARSE_SECONDS", 0.02)
    parser = RubyParser()

    def parse_again_and_again() -> None:
        for _ in range(1000):
            parser.parse(b"a = 1\n" * 100)

    with pytest.raises(LimitError):
        parse_again_and_again()


def test_a_parser_that_would_take_gigabytes_is_stopped() -> None:
    with pytest.raises(LimitError, match="reading this takes more than"):
        RubyParser().parse(b"&a += &" * 5000)


def test_a_text_that_was_parsed_is_let_go() -> None:
    data = b"registry['a'] = 1\n" * 10
    references = sys.getrefcount(data)
    for _ in range(10):
        RubyParser().parse(data)
    assert sys.getrefcount(data) == references
