from __future__ import annotations

import pytest

from glctl.gitlabrb.parse import RubyParser
from glctl.gitlabrb.source import Source
from glctl.spans import Span


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", "\n"),
        ("a", "a\n"),
        ("a\n", "a\n"),
        ("\ufeffa\r\nb\r\n", "a\nb\n"),
        ("a\rb\ufeff", "a\rb\ufeff\n"),
    ],
)
def test_a_text_is_read_as_ruby_does(text: str, read: str) -> None:
    source = Source(text, "gitlab.rb")
    assert source.text == read
    assert source.data == read.encode()
    assert "".join(f"{line}\n" for line in source.lines) == read


def test_the_end_of_the_text_is_that_of_its_last_line() -> None:
    source = Source("if a\n  b", "gitlab.rb")
    assert source.span_of_offset(len(source.data)) == Span("gitlab.rb", 2, 4, 2, 5)


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("abc", "abc", (1, 1, 1, 4)),
        ("a; bc", "bc", (1, 4, 1, 6)),
        ("a\n  bc", "bc", (2, 3, 2, 5)),
        ("'é'; bc", "bc", (1, 6, 1, 8)),
        ("'é'\n'日本'; bc", "bc", (2, 7, 2, 9)),
        ("'日\n本'", "'日\n本'", (1, 1, 2, 3)),
    ],
)
def test_places_count_characters(text: str, words: str, expected: tuple[int, int, int, int]) -> None:
    source = Source(text, "gitlab.rb")
    root = RubyParser().parse(source.data)
    (node,) = (child for child in root.children if source.text_of(child) == words)
    assert source.span(node) == Span("gitlab.rb", *expected)
    assert source.span(node) == Span("gitlab.rb", *expected)
    assert source.span_of_offset(node.start_byte) == Span(
        "gitlab.rb", expected[0], expected[1], expected[0], expected[1] + 1
    )


def test_a_part_keeps_its_places() -> None:
    part = Source("a\nb\né c\nd", "gitlab.rb").part(1, 3)
    assert part.text == "b\né c\n"
    assert part.slice(2, 6) == "é c"
    assert part.span_at(1, 0, 1) == part.span_of_offset(2) == Span("gitlab.rb", 3, 1, 3, 2)
    _first, word = RubyParser().parse(part.data).children
    assert part.span(word) == Span("gitlab.rb", 3, 1, 3, 4)
    assert part.part(1, 2).span_of_offset(3) == Span("gitlab.rb", 3, 3, 3, 4)
