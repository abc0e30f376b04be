from __future__ import annotations


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
