from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a' + 'b'", "ab"),
        ("'a' + 'b' +\n 'c'", "abc"),
        ("('a' + \"b\")", "ab"),
        ("ENV['HOST'] + ':5000'", "host.example.com:5000"),
        ("('a')", "a"),
    ],
)
def test_an_operator_has_its_result(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "'a' + 1",
            '17-24 error ruby-type-error: a string + a number -> Put the value into text: "…#{value}"',
        ),
        (
            "'a' + :b",
            '17-25 error ruby-type-error: a string + a symbol -> Put the value into text: "…#{value}"',
        ),
        (
            "ENV['MISSING'] + 'a'",
            (
                "17-37 error ruby-type-error: ENV['MISSING'] is nil, which has no operator +"
                " -> Give it a value first: (value || '')"
            ),
        ),
        (
            "1 == 2 != 3",
            (
                "19-21 error ruby-syntax: Ruby does not know which == comes first"
                " -> Write parentheses: (a == b) == c"
            ),
        ),
        ("[1 or 2]", "20-22 error ruby-syntax: Ruby allows no or here -> Write || instead."),
        ("not true", "17-20 error ruby-syntax: Ruby allows no not here -> Write ! instead."),
        (
            "on == 1",
            (
                "17-19 error ruby-syntax: Ruby does not know on"
                " -> Write: true, or put the word in quotes if it is meant as text"
            ),
        ),
        (
            "(1; +'')",
            "21-24 error ruby-type-error: + in front of a string -> Write the value itself.",
        ),
    ],
)
def test_an_operator_that_is_wrong_is_told(told, text: str, expected: str) -> None:
    assert told(f"registry['v'] = {text}") == [f"1:{expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENV['NOPE'] || 'warn'", "warn"),
        ("ENV['HOST'] && 'x'", "x"),
        ("nil || false", False),
        ("false || nil", None),
        ("!nil", True),
        ("(registry['q'] ||= 'x')", {}),
    ],
)
def test_logic_knows_only_nil_and_false_as_false(value, text: str, expected: object) -> None:
    assert value(text) == expected


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
