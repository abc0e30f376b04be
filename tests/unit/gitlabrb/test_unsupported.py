from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("while true\nend", "a loop"),
        ("for a in []\nend", "a loop"),
        ("begin\nend", "a begin block"),
        ("def a\nend", "a method definition (def)"),
        ("class A\nend", "a class"),
        ("module A\nend", "a module"),
        ("roles ->{}", "a lambda"),
        ("roles 1..2", "a range"),
        ("roles ?a", "a ? character"),
        ("roles 1r", "a rational number"),
        ("roles 1i", "a complex number"),
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
        ("roles File.delete('/x')", "a method call"),
        ("roles 'a'.map { |x| x }", "method map of a string"),
        ("roles 'a'.frob", "a method call"),
        ("roles `date`", "running a program (backticks)"),
        ("require 'net/http'", "this library"),
        ("roles node", "node as a whole"),
        ("roles File", "a library"),
    ],
)
def test_what_is_not_supported_is_named_with_a_way_round(told, text: str, words: str) -> None:
    (line,) = told(text)
    place, _, rest = line.partition(" ")
    message, _, hint = rest.partition(" -> ")
    assert message == f"error ruby-unsupported: {words} is not supported"
    assert place.startswith("1:")
    assert hint
