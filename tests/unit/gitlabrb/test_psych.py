from __future__ import annotations

import pytest

from glctl.gitlabrb.psych import scalar


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("JSON.parse('{\"a\": [1, 2.5, null, true]}')", {"a": [1, 2.5, None, True]}),
        ("JSON.parse('{\"a\": 1}', symbolize_names: true).keys", ["a"]),
        ('YAML.load("a: 1\\nb: [x, y]\\nc:\\n  d: ~")', {"a": 1, "b": ["x", "y"], "c": {"d": None}}),
        ("YAML.load('')", None),
        ('YAML.load("a: |\\n  x\\n  y\\nb: >\\n  p\\n  q\\n")', {"a": "x\ny\n", "b": "p q\n"}),
        ('YAML.safe_load("a: 1")', {"a": 1}),
        ('YAML.load("a:\\t[x,\\ty]\\t# z\\nb: \\t1\\t\\n")', {"a": ["x", "y"], "b": 1}),
    ],
)
def test_documents_are_read_as_ruby_reads_them(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("YAML.load('a: &b 1\nc: *b')", "an alias"),
        ("YAML.load('2020-01-01')", "a date"),
        ("YAML.load('!ruby/object:A {}')", "a tag"),
        ('YAML.load("a: [")', "this is no YAML"),
        ('YAML.load("a:\\n\\tb: 1")', "this is no YAML"),
        ('YAML.load("\\ta: 1")', "this is no YAML"),
        ('YAML.load("-\\ta")', "this is no YAML"),
        ("YAML.load('[' * 200 + ']' * 200)", "no"),
        ("YAML.safe_load(':a')", "a symbol"),
        ("JSON.parse('[')", "this is no JSON"),
        ("JSON.parse('[NaN]')", "this is no JSON"),
        ("YAML.load('a ' * 40_000)", "too-large"),
        ("YAML.load(1)", "this takes text"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("yes", True),
        ("off", False),
        ("y", "y"),
        ("0644", 420),
        ("12:30", 45000),
        ("1,000", 1000),
        ("1e3", "1e3"),
        ("09", "09"),
        ("0o17", "0o17"),
        ("1_000", 1000),
        ("0x1f", 31),
        ("0b11", 3),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e+3", "1e+3"),
        (":sym", "sym"),
        ("+1", 1),
        ("-3", -3),
        ("~", None),
        ("True", True),
        ("null", None),
        ("1:2:3.5", 3723.5),
        ("1.5.5", "1.5.5"),
        ("a:b", "a:b"),
        ("08", "08"),
        ("00", 0),
        ("0", 0),
        ("1__0", "1__0"),
        ("1,0,0.5", 100.5),
        ("192.168.0.1", "192.168.0.1"),
    ],
)
def test_a_word_without_quotes_is_what_psych_makes_of_it(word: str, expected: object) -> None:
    found = scalar(word)
    assert (str(found) if isinstance(expected, str) else found) == expected
    assert isinstance(found, type(expected))
