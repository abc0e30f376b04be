"""Patterns: what re.Pattern does, compiled no sooner than it is needed."""

from __future__ import annotations

import re

import pytest

from glctl.patterns import Pattern


def test_nothing_is_compiled_until_it_is_used() -> None:
    broken = Pattern("(")
    with pytest.raises(re.error):
        broken.search("text")


def test_it_is_compiled_once() -> None:
    pattern = Pattern("a+", re.IGNORECASE)
    assert pattern.compiled is pattern.compiled


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("match", ("aab",)),
        ("match", ("baab", 1)),
        ("fullmatch", ("AA",)),
        ("search", ("baa",)),
        ("search", ("aab", 2)),
        ("search", ("baa", 0, 1)),
    ],
)
def test_one_match_is_that_of_re(method: str, arguments: tuple[object, ...]) -> None:
    ours = getattr(Pattern("a+", re.IGNORECASE), method)(*arguments)
    theirs = getattr(re.compile("a+", re.IGNORECASE), method)(*arguments)
    assert (ours and ours.span()) == (theirs and theirs.span())


def test_all_matches_are_those_of_re() -> None:
    pattern = Pattern(rb"a(b?)")
    assert pattern.findall(b"ab a") == [b"b", b""]
    assert [match.span() for match in pattern.finditer(b"ab a", 1)] == [(3, 4)]
    assert pattern.sub(b"-", b"ab a", 1) == b"- a"
    assert pattern.sub(lambda match: match[1], b"ab a") == b"b "
    assert pattern.split(b"1ab2") == [b"1", b"b", b"2"]
