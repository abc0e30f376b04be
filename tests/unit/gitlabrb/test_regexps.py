from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a1b22c'.split(/\\d+/)", ["a", "b", "c"]),
        ("'aXbX'.gsub(/x/i, '_')", "a_b_"),
        ("'john'.gsub(/(?<n>o)/, '[\\k<n>]')", "j[o]hn"),
        ("'abc'.gsub(/[ac]/) { |x| x.upcase }", "AbC"),
        ("'abc'.gsub(/[ac]/, { 'a' => '1' })", "1b"),
        ("\"a\\nb\".gsub(/^/, '> ')", "> a\n> b"),
        ("'abc' =~ /c/", 2),
        ("'abc' =~ /x/", None),
        ("nil =~ /x/", None),
        ("nil !~ /x/", True),
        ("'abc'.match?(/b/)", True),
        ("'abc' !~ /b/", False),
        ("'ab12'[/\\d+/]", "12"),
        ("'ab'[/\\d+/]", None),
    ],
)
def test_a_pattern_finds_what_it_finds_in_ruby(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("'a'.gsub(/(a*)*/, '')", "a repeated group"),
        ("('a' * 20_000) =~ /a*b/", "too-slow"),
        ("('a' * 400) =~ /a*a*a*b/", "too-slow"),
        ("'a' =~ /\\p{Alpha}/", "\\p in a regular expression is not supported"),
        ("'a' =~ /(?P<a>a)/", "this kind of regular expression is not supported"),
        ("'a' =~ /a{2}+/", "a repeated repetition"),
        ("'a' =~ /(?i:a)/", "this kind of regular expression is not supported"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line
