"""Ruby that glctl does not evaluate: what it is called, and how a gitlab.rb usually does without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.gitlabrb import codes
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import Environment, Facts, Library, describe

if TYPE_CHECKING:
    from tree_sitter import Node

_CONDITION = "Write the value for this host, or take it from the environment: ENV['NAME']"
_LOOP = "Write each setting on a line of its own."
_DEFINITION = "Write the values where they are needed."
_SETTING = "Write: registry['key'] = value"
_QUOTES = "Put text in quotes: '…'"
_VARIABLE = "Use a local variable: name = 'value'"

# By the parser's name of the node.
CONSTRUCTS: dict[str, tuple[str, str]] = {
    "case_match": ("a case block", _CONDITION),
    "while": ("a loop", _LOOP),
    "until": ("a loop", _LOOP),
    "for": ("a loop", _LOOP),
    "while_modifier": ("a loop", _LOOP),
    "until_modifier": ("a loop", _LOOP),
    "begin": ("a begin block", "Write the settings without begin and end."),
    "rescue_modifier": ("a rescue", "Write the value itself."),
    "method": ("a method definition (def)", _DEFINITION),
    "singleton_method": ("a method definition (def)", _DEFINITION),
    "lambda": ("a lambda", _DEFINITION),
    "class": ("a class", _DEFINITION),
    "module": ("a module", _DEFINITION),
    "left_assignment_list": ("an assignment to several names", "Write one assignment on each line."),
    "right_assignment_list": (
        "a list without brackets",
        "Remove the comma at the end of the line, or write brackets: ['a', 'b']",
    ),
    **dict.fromkeys(("nil", "true", "false"), ("an assignment to nil, true or false", _SETTING)),
    "match_pattern": ("=> outside of a hash", _SETTING),
    "test_pattern": ("a pattern", _CONDITION),
    "splat_argument": ("a * before a list", "Write the elements themselves."),
    "hash_splat_argument": ("a ** before a hash", "Write the pairs themselves."),
    "block_argument": ("a & before an argument", "Write the value itself."),
    "range": ("a range", "Write the values themselves."),
    "character": ("a ? character", _QUOTES),
    "rational": ("a rational number", "Write a number such as 0.5"),
    "complex": ("a complex number", "Write a number such as 0.5"),
    "subshell": ("running a program (backticks)", "Write the program's output as a string."),
    "global_variable": ("a global variable", _VARIABLE),
    "instance_variable": ("an instance variable", _VARIABLE),
    "class_variable": ("a class variable", _VARIABLE),
    "constant": ("a constant", _VARIABLE),
    "scope_resolution": ("a name with ::", "Write the value itself."),
    "self": ("self as a value", "Write: external_url 'https://…'"),
    "super": ("super", "Write the value itself."),
    "alias": ("an alias", "Remove it."),
    "undef": ("undef", "Remove it."),
    "return": ("a return", "Remove it."),
}

# By the name of the method. Only these are named in a message: any other word may be a secret without quotes.
METHODS: dict[str, str] = {
    "fetch": "Write: ENV['NAME']",
    "read": "Write the file's text as a string, or take it from the environment: ENV['NAME']",
    "load": "Write it as a Ruby hash: { 'key' => 'value' }",
    "safe_load": "Write it as a Ruby hash: { 'key' => 'value' }",
    "load_file": "Write it as a Ruby hash: { 'key' => 'value' }",
    "parse": "Write it as a Ruby hash: { 'key' => 'value' }",
    "from_file": "Put the file's lines here.",
    "require": "Remove it: nothing of a library can be used here.",
    "require_relative": "Put the file's lines here.",
    "eval": "Write the settings themselves.",
    "puts": "Remove it.",
    "merge!": "Write one line for each key: registry['key'] = value",
    "merge": "Write the whole hash.",
    **dict.fromkeys(("each", "map", "each_with_index", "select", "times"), _LOOP),
    **dict.fromkeys(
        ("strip", "chomp", "gsub", "sub", "downcase", "upcase", "split", "join", "to_s", "to_i", "freeze"),
        "Write the resulting value.",
    ),
}


def construct(node: Node) -> RefusedError:
    """The refusal of a kind of node that is not in the grammar."""
    words, hint = CONSTRUCTS.get(node.type, ("this kind of Ruby", "Write the value itself."))
    return RefusedError(node, codes.UNSUPPORTED, f"{words} is not supported", hint)


def method(node: Node, name: str) -> RefusedError:
    """The refusal of a method call."""
    words = f"the method {name}" if name in METHODS else "a method call"
    return RefusedError(
        node, codes.UNSUPPORTED, f"{words} is not supported", METHODS.get(name, "Write the resulting value.")
    )


def no_data(node: Node, value: Environment | Library | Facts) -> RefusedError:
    """The refusal of what is no value that a setting can have."""
    hints = {Environment: "Name the variable: ENV['NAME']", Facts: "Name the fact: node['fqdn']"}
    return RefusedError(
        node,
        codes.UNSUPPORTED,
        f"{describe(value)} is not supported",
        hints.get(type(value), "Write the value itself."),
    )
