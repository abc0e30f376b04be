from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200*1024*1024", 209715200),
        ("7 / 2", 3),
        ("-7 / 2", -4),
        ("7 % -3", -2),
        ("7.0 / 2", 3.5),
        ("2 ** 10", 1024),
        ("10**20", 100000000000000000000),
        ("2.5.round", 3),
        ("-2.5.round", -3),
        ("3.7.floor", 3),
        ("3.2.ceil", 4),
        ("1 < 2", True),
        ("1.5.to_s", "1.5"),
        ("1.zero?", False),
        ("3.times { |i| i }", 3),
    ],
)
def test_numbers_are_counted_as_in_ruby(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 / 0", "a division by zero"),
        ("10 ** 10 ** 10", "too-large"),
        ("2 ** -1", "this power is no number"),
        ("1e300 * 1e300", "too-large"),
        ("1 + 'a'", "operator + takes a whole number or a number, and this is a string"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
