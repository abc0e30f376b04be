from __future__ import annotations

import pytest

from glctl.gitlabrb import unsupported

# One sample for each kind of node that is refused by its name.
CONSTRUCTS = {
    "alias": "alias a b",
    "begin_block": "BEGIN { }",
    "block_argument": "roles(&:a)",
    "case_match": "case 1\nin 1\n  roles 1\nend",
    "class": "class A\nend",
    "class_variable": "roles @@a",
    "complex": "roles 1i",
    "end_block": "END { }",
    "ensure": "begin\n  roles 1\nensure\n  roles 2\nend",
    "false": "false = 1",
    "global_variable": "roles $a",
    "instance_variable": "roles @a",
    "match_pattern": "registry['a'] => 1",
    "method": "def a\nend",
    "module": "module A\nend",
    "nil": "nil = 1",
    "rational": "roles 1r",
    "redo": "[1].each { redo }",
    "rescue": "begin\n  roles 1\nrescue\n  roles 2\nend",
    "rescue_modifier": "roles (1 rescue 2)",
    "retry": "retry",
    "return": "return",
    "right_assignment_list": "registry['a'] = 1,\n  2",
    "scope_resolution": "roles File::SEPARATOR",
    "self": "roles self",
    "singleton_class": "class << self\nend",
    "singleton_method": "def self.a\nend",
    "subshell": "roles `date`",
    "super": "roles super",
    "test_pattern": "roles(1 in 1)",
    "true": "true = 1",
    "undef": "undef a",
    "yield": "yield",
}


def refused(told, text: str) -> tuple[str, str]:
    """What is said of *text*, and the way round it."""
    line = told(text)[0]
    place, _, rest = line.partition(" ")
    message, _, hint = rest.partition(" -> ")
    assert place[0].isdigit()
    assert message.startswith("error ruby-unsupported: ")
    assert message.endswith(" is not supported")
    return message.removeprefix("error ruby-unsupported: ").removesuffix(" is not supported"), hint


def test_each_kind_of_node_has_a_sample() -> None:
    assert sorted(CONSTRUCTS) == sorted(unsupported.CONSTRUCTS)


@pytest.mark.parametrize(("kind", "text"), CONSTRUCTS.items())
def test_a_construct_that_is_not_supported_is_named_with_a_way_round(told, kind: str, text: str) -> None:
    assert refused(told, text) == unsupported.CONSTRUCTS[kind]


# What glctl knows as a method of some values, or as a function: these are refused only elsewhere.
ELSEWHERE = frozenset(
    "delete each each_with_index eval fetch freeze from_file gsub join load load_file map merge merge! parse "
    "read require safe_load select split strip sub times to_i to_s update upcase downcase chomp".split()
)


@pytest.mark.parametrize("name", sorted(unsupported.METHODS.keys() - ELSEWHERE))
@pytest.mark.parametrize("text", ["roles {}", "roles {}('x')", "roles File.{}('x')"])
def test_a_method_that_is_not_supported_is_named_with_a_way_round(told, text: str, name: str) -> None:
    hint = unsupported.METHODS[name]
    assert refused(told, text.format(name)) == (f"the method {name}", hint)


@pytest.mark.parametrize("name", sorted(ELSEWHERE - {"eval", "from_file", "require"}))
def test_a_method_of_other_values_is_named_with_a_way_round(told, name: str) -> None:
    words, hint = refused(told, f"roles Socket.{name}")
    assert (words, hint) == (f"the method {name}", unsupported.METHODS[name])


@pytest.mark.parametrize("name", sorted(unsupported.LIBRARIES))
@pytest.mark.parametrize("text", ["roles {}.x", "roles {}::X.y('z')"])
def test_a_library_that_is_not_supported_is_named_with_a_way_round(told, text: str, name: str) -> None:
    assert refused(told, text.format(name)) == unsupported.LIBRARIES[name]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("roles File.frob('/x')", "a method call"),
        ("roles 'a'.map { |x| x }", "method map of a string"),
        ("roles 'a'.frob", "a method call"),
        ("roles (-> (a:) { 1 })", "this parameter of a block"),
        ("require 'net/http'", "the library net/http"),
        ("roles node", "node as a whole"),
        ("roles File", "a library"),
        ("roles 'a'.gsub(/(a+)+/, 'b')", "a repeated group in a regular expression"),
    ],
)
def test_what_else_is_not_supported_is_named_with_a_way_round(told, text: str, words: str) -> None:
    found, hint = refused(told, text)
    assert found == words
    assert hint
