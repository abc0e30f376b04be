from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nil.to_i", 0),
        ("nil.to_s", ""),
        ("nil.to_a", []),
        (":a.to_s", "a"),
        ("nil.nil?", True),
        ("nil&.upcase", None),
        ("(a = 5)", 5),
    ],
)
def test_values_have_these_methods(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nil.strip", "nil has no method strip"),
        ("5.strip", "method strip of a number is not supported"),
        ("'a'.gsub(1, 2)", "method gsub takes a string or a regular expression, and this is a number"),
        ("'a'.include?", "with 0 arguments"),
        ("[1].map", "the method map lacks its block"),
        ("[1].map!", "without a block"),
        ("'a'.then", "without a block"),
        ("'a'.strip { |x| x }", "with a block"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
