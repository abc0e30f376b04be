from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a_b'.tr('_', '')", "ab"),
        ("'b' > 'a'", True),
        ('"a\\n\\nb\\n".gsub("\\n", "")', "ab"),
        ('" a \\n".strip', "a"),
        ('"\\0 a \\0".strip', "a"),
        ('" a ".lstrip', "a "),
        ('" a ".rstrip', " a"),
        ('"a\\r\\n".chomp', "a"),
        ('"a\\n\\n".chomp', "a\n"),
        ('"a\\r".chomp', "a"),
        ("\"abc\".chomp('c')", "ab"),
        ("\"a\\n\\r\\n\".chomp('')", "a"),
        ("'12abc'.to_i", 12),
        ("' 1_000x'.to_i", 1000),
        ("'x'.to_i", 0),
        ("'-5'.to_i", -5),
        ("'0x1f'.to_i", 0),
        ("'755'.to_i(8)", 493),
        ("'1.5e3x'.to_f", 1500.0),
        ("'.5'.to_f", 0.5),
        ("'a,b,,'.split(',')", ["a", "b"]),
        ("' a  b '.split", ["a", "b"]),
        ("' a  b '.split(' ')", ["a", "b"]),
        ("'a,b,c'.split(',', 2)", ["a", "b,c"]),
        ("''.split(',')", []),
        ("'abc'.split('')", ["a", "b", "c"]),
        ("'AbC'.downcase", "abc"),
        ("'äb'.upcase", "ÄB"),
        ("'hello World'.capitalize", "Hello world"),
        ("''.empty?", True),
        ("'abc'.start_with?('x', 'ab')", True),
        ("'abc'.end_with?('bc')", True),
        ("'abc'.include?('b')", True),
        ("'a-b'.sub('-', '+')", "a+b"),
        ("'aaa'.gsub('a', '\\\\0b')", "ababab"),
        ("'john smith'.gsub(/(\\w+) (\\w+)/, '\\2 \\1')", "smith john"),
        ("'abc'.gsub('b', '\\\\\\\\')", "a\\c"),
        ('"a\\nb\\n".lines', ["a\n", "b\n"]),
        ("' a , b '.split(',').map(&:strip)", ["a", "b"]),
        ("'abc'.length", 3),
        ("'abc'.reverse", "cba"),
        ("'a_b'.tr('_', '-')", "a-b"),
        ("'hello'.tr('el', 'ip')", "hippo"),
        ("'hello'.delete('l')", "heo"),
        ("'foobar'.delete_prefix('foo')", "bar"),
        ("'foobar'.delete_suffix('bar')", "foo"),
        ("'a' * 3", "aaa"),
        ("'a'.nil?", False),
        ("'a'&.upcase", "A"),
        ("'x'.to_sym", "x"),
        ('"é".length', 1),
        ("'%d' + 'x'", "%dx"),
    ],
)
def test_a_string_has_these_methods(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("'a' * 10**9", "too-large"),
        ("('a' * 5000).gsub('a', 'b' * 5000)", "too-large"),
        ("'a' * -1", "negative"),
        ("'a'.gsub('a')", "a replacement is missing here"),
        ("'a'.delete('^a')", "all but some characters"),
        ("'a'.to_i(3)", "this base is not supported"),
        ("('9' * 2000).to_i", "too-large"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
