from __future__ import annotations

import pytest

DOUBLED = '"#{a}#{a}"'
TOO_MUCH_TEXT = "too-large: all strings together are longer than 16,777,216 characters"
TOO_MANY_VALUES = "too-large: all arrays and hashes together have more than 200,000 elements"
TOO_DEEP = "too-deep: this value is nested more than 100 levels deep"


SKIPPED = "".join(f"  x{n} = {n}\n" for n in range(5000))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 'x'\n" + f"a = {DOUBLED}\n" * 60, TOO_MUCH_TEXT),
        ("a = 'x'\n" + "a = a + a\n" * 60, TOO_MUCH_TEXT),
        (f"a = '{'x' * 1_000_000}'\nroles [{'a, ' * 1000}]\nroles roles", TOO_MUCH_TEXT),
        (f"a = '{'x' * 1_000_000}'\nroles \"#{{[{'a, ' * 1000}]}}\"", TOO_MUCH_TEXT),
        ("a = [1]\n" + "a = [a, a]\n" * 60 + "registry['a'] = a", TOO_MANY_VALUES),
        ("a = [1]\n" + "a = [a, a]\n" * 60 + 'roles "#{a}"', TOO_MANY_VALUES),
        (
            "registry['a'] = {}\n" + "registry['a'] = { x: registry['a'], y: registry['a'] }\n" * 60,
            TOO_MANY_VALUES,
        ),
        ("registry['a'] = {}\nregistry['a']['b'] = registry['a']", TOO_DEEP),
        ("a = []\n" + "a = [a]\n" * 5000 + "registry['a'] = a", TOO_DEEP),
        ("a = []\n" + "a = [a]\n" * 5000 + 'roles "#{a}"', TOO_DEEP),
        ("a = {}\n" + "a = { b: a }\n" * 5000 + "registry['a'] = a", TOO_DEEP),
        ("a = []\n" + "a = [a]\n" * 5000 + "roles a", TOO_DEEP),
        (
            f"50000.times do\n if false\n{SKIPPED} end\nend",
            "too-slow: evaluating this takes more than 200,000 steps",
        ),
        ("roles 1; " * 60_000, "too-large: this file has more than 150,000 words and signs"),
        ("\n" * 200_000, "too-large: this file has more than 100,000 lines"),
        ("roles <<A\nA\n" * 300, "too-large: this file has more than 200 heredocs"),
        ("roles 1\n" + "\\ " * 300, "too-large: this file has more than 200 backslashes before a space"),
    ],
)
def test_what_would_be_too_much_is_refused(told, text: str, expected: str) -> None:
    assert expected in told(text)[-1]


def test_a_limit_is_told_at_the_statement_that_reaches_it(told) -> None:
    (line,) = told("registry['a'] = {}\nregistry['a']['b'] = registry['a']\nroles 1")
    assert line.startswith("2:1-35 error too-deep:")


def test_reading_has_a_limit_of_time(told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glctl.gitlabrb.parse.PARSE_SECONDS", 0.05)
    assert told("'\"`" * 20_000) == [
        (
            "1:1-2 error too-slow: reading this takes more than 0.05 s or too much memory"
            " -> Look for quotes that are never closed, or for text that is not Ruby at all."
        )
    ]
