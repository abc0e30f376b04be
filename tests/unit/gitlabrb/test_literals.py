from __future__ import annotations

import pytest

from glctl.gitlabrb.model import Symbol


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nil", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("5000", 5000),
        ("1_000", 1000),
        ("0600", 384),
        ("0o17", 15),
        ("01_7", 15),
        ("0x1F", 31),
        ("0b11", 3),
        ("0d19", 19),
        ("-3", -3),
        ("- 3", -3),
        ("+3", 3),
        ("--3", 3),
        ("1.5", 1.5),
        ("-1.5", -1.5),
        ("1e3", 1000.0),
        ("1_0.0_5e1_0", 10.05e10),
        (":prefer", Symbol("prefer")),
        (":a?", Symbol("a?")),
        (':"some name"', Symbol("some name")),
        (":'some name'", Symbol("some name")),
        (":\"on #{ENV['HOST']}\"", Symbol("on host.example.com")),
        ("[]", []),
        ("[1, 'a', nil]", [1, "a", None]),
        ("[\n1,\n2,\n]", [1, 2]),
        ("[[1], [2]]", [[1], [2]]),
        ("['a', b: 1, 'c' => 2]", ["a", {"b": 1, "c": 2}]),
        ("{}", {}),
        (
            "{ 'a' => 1, b: 2, 'c': 3, :d => 4, \"e#{5}\": 5, if: 6 }",
            {"a": 1, "b": 2, "c": 3, "d": 4, "e5": 5, "if": 6},
        ),
        ("{ 'a' => { 'b' => { 'c' => [] } } }", {"a": {"b": {"c": []}}}),
        ("{ 1 => 'a', nil => 'b', 1.5 => 'c' }", {1: "a", None: "b", 1.5: "c"}),
        ("{ # first\n 'a' => 1, # one\n # none\n}", {"a": 1}),
        ("{ 'a' =>\n 1 }", {"a": 1}),
    ],
)
def test_a_literal_has_its_value(value, text: str, expected: object) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "08",
            (
                "17-19 error ruby-syntax: a number that begins with 0 is octal, and octal digits go from"
                " 0 to 7"
                " -> Remove the leading 0, or put the digits in quotes."
            ),
        ),
        (
            "01.5",
            (
                "17-21 error ruby-syntax: a number with a fraction must not begin with 0"
                " -> Remove the leading 0."
            ),
        ),
        ("1e999", "17-22 error too-large: this number is too large -> Put the digits in quotes."),
        (
            "1" * 1001,
            "17-1018 error too-large: a number of more than 1000 digits -> Put the digits in quotes.",
        ),
        ("-'a'", "17-21 error ruby-type-error: - in front of a string -> Write the value itself."),
        (
            "~1",
            "17-19 error ruby-unsupported: the operator ~ is not supported -> Write the value itself.",
        ),
        (
            ":1",
            "17-19 error ruby-syntax: this is no symbol -> Write a word behind the colon, or use quotes.",
        ),
        (
            "{ a: }",
            "19-21 error ruby-unsupported: this key has no value -> Write: key: value",
        ),
        (
            "{ ['a'] => 1 }",
            "19-24 error ruby-unsupported: an array is not supported as a key -> Use a string.",
        ),
        (
            "{ **1 }",
            "19-22 error ruby-type-error: ** before a number -> Write: **{ 'key' => value }",
        ),
        (
            "['a' => 1, 'b']",
            (
                "28-31 error ruby-unsupported: only pairs of a key and a value are supported here"
                " -> Write: 'key' => value"
            ),
        ),
        (
            "{ 'a' => 1, 'a' => 2 }",
            (
                "29-32 warning duplicate-key: this key is already in the hash: the value above is lost"
                " -> Remove one."
            ),
        ),
        (
            "[external_url 'a']",
            "18-34 error ruby-syntax: Ruby wants parentheses around these arguments -> Write: name('value')",
        ),
    ],
)
def test_a_literal_that_is_wrong_is_told(told, text: str, expected: str) -> None:
    assert told(f"registry['v'] = {text}") == [f"1:{expected}"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[1\n, 2]",
            (
                "2:1-2 error ruby-syntax: Ruby allows no line break before a comma"
                " -> Put it at the end of the line above."
            ),
        ),
        (
            "{ 'a'\n=> 1 }",
            "2:1-3 error ruby-syntax: Ruby allows no line break before => -> Put it behind the key.",
        ),
        (
            "[1,\nregistry['w'] = 2]",
            (
                "2:1-18 error ruby-unsupported: a setting as an element of a list is not supported"
                " -> Remove the comma at the end of the line above."
            ),
        ),
    ],
)
def test_a_line_break_that_ruby_does_not_allow_is_told(told, text: str, expected: str) -> None:
    assert told(f"registry['v'] = {text}") == [expected]


def test_each_wrong_element_is_told(told) -> None:
    assert [line.split(" ->")[0] for line in told("nginx['v'] = [yes, { 'a' => 08, 'b' => on }]")] == [
        "1:15-18 error ruby-syntax: Ruby does not know yes",
        "1:29-31 error ruby-syntax: a number that begins with 0 is octal, and octal digits go from 0 to 7",
        "1:40-42 error ruby-syntax: Ruby does not know on",
    ]


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
