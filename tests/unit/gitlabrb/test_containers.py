from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, nil, 'a'].to_s", '[1, nil, "a"]'),
        ("{ 'a' => 1, b: nil }.to_s", '{"a"=>1, :b=>nil}'),
        ("[1, [2, nil], :a].join('-')", "1-2--a"),
        ("ENV.fetch('HOST')", "host.example.com"),
        ("ENV.fetch('NOPE', 5)", 5),
        ("ENV.key?('HOST')", True),
        ("ENV.key?('NOPE')", False),
        ("ENV['NOPE'].to_s.empty?", True),
        ("ENV.to_h.key?('HOST')", True),
        ("{ 'a' => 1 }.fetch('a')", 1),
        ("{ 'a' => 1 }.fetch('b', 2)", 2),
        ("{ 'a' => 1 }.key?('a')", True),
        ("{ a: 1 }.key?('a')", False),
        ("{ 'a' => 1 }.merge({ 'b' => 2, 'a' => 3 })", {"a": 3, "b": 2}),
        ("{ 'a' => 1 }.merge({ a: 2 })", {"a": 2}),
        ("{ 'a' => 1 }.to_a", [["a", 1]]),
        ("{ 'a' => 1, 'b' => 2 }.keys", ["a", "b"]),
        ("{ 'a' => 1, 'b' => 2 }.values", [1, 2]),
        ("{ 'a' => { 'b' => 1 } }.dig('a', 'b')", 1),
        ("{ 'a' => nil }.dig('a', 'b')", None),
        ("[['a', 1]].to_h", {"a": 1}),
        ("[3, 1, 2].sort", [1, 2, 3]),
        ("[1, [2, [3]]].flatten", [1, 2, 3]),
        ("[1, nil].compact", [1]),
        ("[1, 1, 2].uniq", [1, 2]),
        ("[1, 2] + [3]", [1, 2, 3]),
        ("[1, 2, 3] - [2]", [1, 3]),
        ("[1, 2].first", 1),
        ("[].last", None),
        ("[1, 2].include?(2)", True),
        ("[nil, 1].any?", True),
        ("[nil, 1].all?", False),
    ],
)
def test_arrays_hashes_and_env_have_these_methods(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1].each { |x| [1].frob }", "a method call is not supported"),
        ("{ 'a' => 1 }.fetch('b')", "this key is not in the hash"),
        ("ENV.fetch('NOPE')", "the environment variable NOPE is not set"),
        ("[1, 'a'].sort", "these values have no order"),
        ("[1].to_h", "pairs of a key and a value"),
        ("ENV.fetch('LATIN1')", "not UTF-8"),
        ("ENV.merge!({})", "the method merge! is not supported"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line


def test_merging_into_settings_sets_them(settings) -> None:
    found = settings("registry.merge!({ 'a' => 1, 'b' => { c: 2 } })\nregistry['b']['d'] = 3")
    assert found.values == {"registry": {"a": 1, "b": {"c": 2, "d": 3}}}
    assert found.span("registry", "a") is not None


def test_a_merged_copy_leaves_the_setting_as_it_is(settings) -> None:
    found = settings("nginx['a'] = 1\nregistry['b'] = nginx.merge('c' => 2)")
    assert found.values == {"nginx": {"a": 1}, "registry": {"b": {"a": 1, "c": 2}}}


def test_it_gives_what_ruby_gives(check_answer, ruby_answer: str) -> None:
    check_answer(ruby_answer)
