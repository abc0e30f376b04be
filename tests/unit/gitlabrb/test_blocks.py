from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ENV.fetch('NOPE') { |k| k + '!' }", "NOPE!"),
        ("{ 'a' => 1, 'b' => 2 }.map { |k, v| \"#{k}=#{v}\" }", ["a=1", "b=2"]),
        ("{ 'a' => 1, 'b' => 2 }.select { |k, v| v > 1 }", {"b": 2}),
        ("{ 'ab' => 1, 'b' => 2 }.select { |k| k =~ /^a/ }", {"ab": 1}),
        ("{ 'ab' => 1, 'b' => 2 }.reject { |k| k =~ /^a/ }", {"b": 2}),
        ("{ 'a' => 1 }.to_h { |k| [k, 2] }", {"a": 2}),
        ("{ 'a' => 1 }.map { |pair| pair }", [["a", 1]]),
        ("{ 'a' => 1 }.transform_values { |v| v + 1 }", {"a": 2}),
        ("{ 'a' => 1 }.to_h { |k, v| [v, k] }", {1: "a"}),
        ("[1, 2, 3].select { |x| x > 1 }", [2, 3]),
        ("[1, 2, 3].reject { |x| x > 1 }", [1]),
        ("[[1, 2], [3, 4]].map { |a, b| a + b }", [3, 7]),
        ("[1, 2].any? { |x| x > 1 }", True),
        ("[1, 2].find { |x| x > 1 }", 2),
    ],
)
def test_a_block_is_done_for_each(value, text: str, expected: object) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1].map { |a:| a }", "this parameter of a block is not supported"),
        ("[1].map(&'a')", "a & before an argument is not supported"),
    ],
)
def test_what_is_wrong_is_told(told, text: str, words: str) -> None:
    (line,) = told(f"registry['v'] = {text}")
    assert words in line


def test_a_block_has_variables_of_its_own(settings) -> None:
    text = "x = 5\nn = 0\n[1, 2].each do |x|\n  y = x\n  n += y\nend\nroles [x, n]"
    assert settings(text).values == {"roles": [5, 3]}


def test_pairs_are_taken_apart(settings) -> None:
    text = "[['a', 1], ['b', 2]].each_with_index do |(k, v), i|\n  registry[k] = v + i\nend"
    assert settings(text).values == {"registry": {"a": 1, "b": 3}}


def test_what_a_block_walks_through_does_not_grow(told) -> None:
    assert "this list grows" in told("a = [1]\na.each { |x| a << x }")[0]


def test_blocks_in_blocks_have_a_limit(told) -> None:
    assert "too-deep" in told("roles " + "[1].map { |x| " * 300 + "1" + " }" * 300)[-1]


def test_a_lambda_may_be_called_far_below(settings) -> None:
    """The text is read in stretches of some kilobytes, each with a tree of its own."""
    between = "".join(f"gitlab_rails['k{n}'] = '{'é' * 50}'\n" for n in range(200))
    text = f"named = ->(x) {{ x + 'a' + <<~A }}\n  b\nA\n{between}registry['v'] = ['1'].map(&named)\n"
    assert settings(text).get("registry", "v") == ["1ab\n"]


def test_what_is_wrong_in_a_lambda_is_told_where_it_stands(told) -> None:
    between = "gitlab_rails['k'] = 1\n" * 400
    lines = told(f"named = ->(x) {{ yes }}\n{between}registry['v'] = [1].map(&named)\n")
    assert next(line for line in lines if " error " in line).startswith("1:17-20 error")
