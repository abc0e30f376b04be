from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true ? 1 : 2", 1),
        ("nil ? 1 : 2", 2),
        ("(if false then 1 elsif 1 then 2 else 3 end)", 2),
        ("(unless false then 4 else 5 end)", 4),
        ("case 'ab' when 'x', /^a/ then 1 else 2 end", 1),
        ("case 5 when 1 then 2 end", None),
    ],
)
def test_a_condition_chooses(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(break)", "break outside of a block"),
        ("(next)", "next outside of a block"),
        ("(yes ? 1 : 2)", "Ruby does not know yes"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line


def test_modifiers_and_blocks_of_statements(settings) -> None:
    text = "roles 1 unless nil\nexternal_url 'x' if nil\nif false\n roles 2\nelsif 0\n registry['a'] = 3\nend"
    assert settings(text).values == {"roles": 1, "registry": {"a": 3}}


def test_after_an_unknown_condition_nothing_more_is_told(told) -> None:
    assert len(told("if yes\n  a = 1\nend\nroles a\ncase on\nwhen 1 then b = 2\nend\nroles b")) == 2


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
