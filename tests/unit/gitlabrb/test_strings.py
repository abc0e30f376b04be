from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("''", ""),
        ("'a'", "a"),
        (r"'it\'s \\ \n \"'", r"it's \ \n \""),
        ("'#{external_url}'", "#{external_url}"),
        ("'a\nb'", "a\nb"),
        ("'a\\\nb'", "a\\\nb"),
        ('"a"', "a"),
        (r'"\n\t\r\0\a\b\e\f\v\s"', "\n\t\r\0\a\b\x1b\f\v "),
        (r'"\"\\\#\q\8"', '"\\#q8'),
        (r'"\101\x42\x4g\u0043\u{44 1F600}\u00e9"', "AB\x04gCD\U0001f600é"),
        (r'"\xc3\xa9"', "é"),
        ('"a\\\nb"', "ab"),
        ('"é"', "é"),
        ('"#a # #@ #1"', "#a # #@ #1"),
        ("'a' 'b' \"c\"", "abc"),
        ("'a' \\\n  'b'", "ab"),
        ("\"x#{ENV['HOST']}y\"", "xhost.example.comy"),
        ('"#{}#{nil}#{true}#{1}#{1.0}#{:a}#{1e20}"', "true11.0a1.0e+20"),
        ("\"#{[1, nil, 'a', :b]}\"", '[1, nil, "a", :b]'),
        ('"#{"#{\'a\'}"}"', "a"),
        ('"\\#{1}"', "#{1}"),
        ('"##{1}"', "#1"),
    ],
)
def test_a_string_has_its_text(value, text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '"pa#$word"',
            (
                "20-26 error ruby-unsupported: in double quotes, Ruby reads # before $ or @ as a"
                " variable to be put"
                " into the text -> Write \\# or use single quotes."
            ),
        ),
        (
            '"#{1; 2}"',
            "18-25 error ruby-unsupported: more than one value in #{…} -> Write #{…} for each of them.",
        ),
        (
            r'"\u{110000}"',
            "17-29 error ruby-syntax: there is no character of this number -> Look at the \\u escapes.",
        ),
        (
            r'"\uD800"',
            "17-25 error ruby-syntax: there is no character of this number -> Look at the \\u escapes.",
        ),
        (
            r'"\xff"',
            "17-23 error ruby-unsupported: this string is not UTF-8 -> Use \\u escapes, such as \\u00e9.",
        ),
        (
            r'"\C-a"',
            "17-23 error ruby-unsupported: the escape \\C is not supported -> For a backslash, write \\\\.",
        ),
        (
            "\"#{registry['dir']}\"",
            (
                "20-35 warning hash-in-text: this key is not set above: {} is put into the text"
                " -> Set the key on a line above."
            ),
        ),
    ],
)
def test_a_string_that_is_wrong_is_told(told, text: str, expected: str) -> None:
    assert told(f"registry['v'] = {text}") == [f"1:{expected}"]


def test_strings_on_two_lines_lack_a_comma(told) -> None:
    assert told("registry['v'] = [\n  'a'\n  'b',\n]") == [
        ("2:3-6 error ruby-syntax: a comma is missing behind this -> Write a comma between two elements.")
    ]


def test_text_that_is_unknown_makes_no_second_error(told) -> None:
    assert len(told("registry['a'] = True\nregistry['b'] = \"#{registry['a']}\" 'x'")) == 1


def test_a_key_that_is_not_set_is_put_into_text_as_omnibus_does(settings) -> None:
    found = settings("registry['a'] = \"#{registry['dir']}/x\"")
    assert found.values == {"registry": {"a": "{}/x", "dir": {}}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%w[a b#{c} d\\ e]", ["a", "b#{c}", "d e"]),
        ("%W[a#{1+1} b]", ["a2", "b"]),
        ("%q(a(b)\\)c)", "a(b))c"),
        ("%(a#{1})", "a1"),
        ('%Q[x "y"]', 'x "y"'),
        ("%i[a b]", ["a", "b"]),
        ("%w[a b].join(', ')", "a, b"),
        ("%w[a b].to_h { |x| [x, x.upcase] }", {"a": "A", "b": "B"}),
        ("%w[a b].each_with_object({}) { |x, h| h[x] = 1 }", {"a": 1, "b": 1}),
    ],
)
def test_percent_literals(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize("tag", ["%", "%q", "%Q", "%w", "%i", "%s", "%r"])
def test_a_space_is_no_bracket_of_a_percent_literal(told, tag: str) -> None:
    assert told(f"registry['v'] = {tag} a b") == [
        f"1:17-{18 + len(tag)} error ruby-syntax: a bracket is missing behind {tag} -> Write: {tag}(…)"
    ]


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
