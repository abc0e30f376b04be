from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1].map", "the method map lacks its block"),
        ("[[1].map]", "the method map lacks its block"),
        ("[1].map!.with_index { |x, i| i }", "the method map! without a block is not supported"),
        ("[1].delete_if.to_a", "the method delete_if without a block is not supported"),
        ("[1].map.with_index('a') { |x, i| i }", "takes a whole number, and this is a string"),
        ("[1].each.next", "of a method without its block is not supported"),
        ('"#{[1].each}"', "a method without its block as text is not supported"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
