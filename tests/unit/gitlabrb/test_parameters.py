from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1].map { |a = 1, b, c = 2| a }", "this order of parameters"),
        ("[1].map { |(a, b = 1)| a }", "this order of parameters"),
        ("[1].map { |a, b = a + 1| b }", "parentheses around this"),
        ("[1].map { |a| _1 }", "a numbered parameter of a block that names its own"),
        ("[1].map { _1 + [2].map { _1 }.first }", "numbered parameters in a block within a block"),
        ("->(a, b = 1) { a }.call", "this lambda takes 1 to 2 values, and was given 0"),
        ("->(a, *b) { a }.call", "this lambda takes 1 or more values, and was given 0"),
        ("->(a) { a }.call", "this lambda takes 1 values, and was given 0"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line


def test_what_is_wrong_is_told_where_it_is_never_run(told) -> None:
    assert "1:16-18 error ruby-syntax" in told("[1].each { |x| _1 } if false")[0]


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
