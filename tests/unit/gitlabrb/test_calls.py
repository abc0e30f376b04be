from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nil&.upcase", None),
        ("'a'&.upcase", "A"),
        ("File.read '/run/secret'", "s3cret\n"),
        ("node['fqdn']", "host.example.com"),
    ],
)
def test_a_call_has_its_result(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("'a'::strip", "a method call is not supported"),
        ("File.read('/run/secret') { 1 }", "the method read is not supported"),
        ("registri.strip", "neither a setting nor a variable"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line
