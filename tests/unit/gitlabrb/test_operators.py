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
            "1 + 1",
            "17-22 error ruby-unsupported: + behind a number is not supported -> Write the resulting value.",
        ),
        (
            "ENV['MISSING'] + 'a'",
            "17-37 error ruby-unsupported: + behind nil is not supported -> Write the resulting value.",
        ),
        (
            "1 == 1",
            (
                "17-23 error ruby-unsupported: the operator == is not supported -> To set a value, write"
                " a single ="
            ),
        ),
        (
            "ENV['HOST'] || 'a'",
            (
                "17-35 error ruby-unsupported: the operator || is not supported -> Write the value for"
                " this host."
            ),
        ),
        (
            "on == 1",
            (
                "17-19 error ruby-syntax: Ruby does not know on"
                " -> Write: true, or put the word in quotes if it is meant as text"
            ),
        ),
        (
            "(1; 2)",
            "17-23 error ruby-unsupported: parentheses must hold one value here -> Write: name('value')",
        ),
    ],
)
def test_an_operator_that_is_wrong_is_told(told, text: str, expected: str) -> None:
    assert told(f"registry['v'] = {text}") == [f"1:{expected}"]
