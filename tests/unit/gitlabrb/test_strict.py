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
    ("[next]", "next has no value"),
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
