from __future__ import annotations

import pytest

REFUSED = [
    ("[1, 08]", "octal digits go from 0 to 7"),
    ("01.5", "must not begin with 0"),
    (":1", "no symbol"),
    ("[1\n, 2]", "no line break before a comma"),
    ("foo(1\n, 2)", "no line break before a comma"),
    ("{ 'a'\n=> 1 }", "no line break before =>"),
    ("[not 1]", "no not here"),
    ("[a or b]", "Write || instead"),
    ("x = -y = 1", "- before a setting"),
    ("a == b == c", "(a == b) == c"),
    ("[roles 'a', 'b']", "parentheses around these arguments"),
    ("foo { 'a' => 1 }", "Write parentheses"),
    ("$foo 1", "a variable takes no arguments"),
    ("/a(b/", "no regular expression"),
    ("/a((b+)+c)+/", "regular expression"),
    ("4 i", "a comma is missing"),
    ("x = then", "then does not belong here"),
    ("a\x7fb = 1", "a control character"),
    ("['a'\n'b']", "a comma is missing"),
    ("self = 1", "cannot be given a value"),
    ("a * *b = 1", "several variables cannot be set here"),
    ("registry ['a'] = 1", ""),  # without more around it, told as what it looks like
    ("a, *= b", "a name is missing behind *"),
    ("1..2..3", "a range of ranges"),
    ("a(b, *)", "a value is missing"),
    ("a %w[b c]".replace(" ", "", 1), "a space is missing before %"),
    ("a = roles 1 or 2", "parentheses around these arguments"),
    ("[next]", "next has no value"),
    ("1 < next", "next has no value"),
]


@pytest.mark.parametrize(("code", "words"), REFUSED)
@pytest.mark.parametrize(
    "skipped", ["if false\n{}\nend", "roles 1\nroles(true || ({}\n))", "[].each do |one|\n{}\nend"]
)
def test_what_ruby_refuses_is_refused_where_it_is_never_run(
    told, skipped: str, code: str, words: str
) -> None:
    lines = [line for line in told(skipped.replace("{}", code)) if "error" in line]
    assert any(words in line for line in lines), lines


@pytest.mark.parametrize(
    "code",
    ["a.unknown_method(1)", "yes_or_no 1", "[1, 2].each { next }", "x = (a or b)", "(a == b) == c", "4i"],
)
def test_what_is_only_unknown_or_not_supported_may_be_skipped(settings, code: str) -> None:
    assert settings(f"if false\n{code}\nend\nroles 1").values == {"roles": 1}


def test_next_needs_a_block(told) -> None:
    assert len(told("if false\n next\nend")) == 1


def test_it_is_told_once_for_a_block_that_is_made_many_times(told) -> None:
    assert len(told("3.times { [].each { |x| roles 08 } }")) == 1
