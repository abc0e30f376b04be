from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("if true\nend", "an if block"),
        ("unless true\nend", "an unless block"),
        ("roles 1 if true", "a setting with a condition (… if …)"),
        ("roles 1 unless true", "a setting with a condition (… unless …)"),
        ("roles true ? 1 : 2", "a choice (… ? … : …)"),
        ("case 1\nwhen 1\nend", "a case block"),
        ("while true\nend", "a loop"),
        ("for a in []\nend", "a loop"),
        ("begin\nend", "a begin block"),
        ("def a\nend", "a method definition (def)"),
        ("class A\nend", "a class"),
        ("module A\nend", "a module"),
        ("roles ->{}", "a lambda"),
        ("roles %w[a b]", "a %w list"),
        ("roles %i[a b]", "a %i list"),
        ("roles /a/", "a regular expression"),
        ("roles 1..2", "a range"),
        ("roles ?a", "a ? character"),
        ("roles 1r", "a rational number"),
        ("roles 1i", "a complex number"),
        ("roles `hostname`", "running a program (backticks)"),
        ("roles $a", "a global variable"),
        ("roles @a", "an instance variable"),
        ("roles @@a", "a class variable"),
        ("roles File::SEPARATOR", "a name with ::"),
        ("roles self", "self as a value"),
        ("registry['a'] => 1", "=> outside of a hash"),
        ("roles(&:a)", "a & before an argument"),
        ("roles (a = 1 rescue 2)", "a rescue"),
        ("alias a b", "an alias"),
        ("BEGIN { }", "this kind of Ruby"),
        ("roles File.read('/x').strip", "the method read"),
        ("roles YAML.load <<A\na: 1\nA", "the method load"),
        ("roles ENV.fetch('A')", "the method fetch"),
        ("require 'json'", "the method require"),
        ("eval 'a'", "the method eval"),
        ("roles 'a'.frob", "a method call"),
    ],
)
def test_what_is_not_supported_is_named_with_a_way_round(told, text: str, words: str) -> None:
    (line,) = told(text)
    place, _, rest = line.partition(" ")
    message, _, hint = rest.partition(" -> ")
    assert message == f"error ruby-unsupported: {words} is not supported"
    assert place.startswith("1:")
    assert hint
