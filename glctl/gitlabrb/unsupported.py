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
_DEFINITION = "Write the values where they are needed, or name them: name = 'value'"
_SETTING = "Write: registry['key'] = value"
_QUOTES = "Put text in quotes: '…'"
_VARIABLE = "Use a local variable: name = 'value'"
_RESCUE = "Ask first: if File.exist?('/path'), ENV.fetch('NAME', 'default'), value.to_s"
_OUTPUT = "Write the program's output as a string, or set an environment variable to it: ENV['NAME']"
_NO_CHANGE = "Remove it: a gitlab.rb only says what the settings are."
_EACH_RUN = "Make the value once and write it: another value on each run would change the host each time."
_RUBY_HASH = "Write it as a Ruby hash: { 'key' => 'value' }"
_THIS_VALUE = "Write the resulting value."

# By the parser's name of the node.
CONSTRUCTS: dict[str, tuple[str, str]] = {
    "case_match": ("a pattern (case … in)", "Write: case value when 'a' then …"),
    "rescue": ("a rescue", _RESCUE),
    "rescue_modifier": ("a rescue", _RESCUE),
    "ensure": ("an ensure", "Write its statements behind the others."),
    "method": ("a method definition (def)", "Use a lambda: name = ->(x) { … }, and name.call('value')"),
    "singleton_method": ("a method definition (def)", _DEFINITION),
    "class": ("a class", _DEFINITION),
    "singleton_class": ("a class", _DEFINITION),
    "module": ("a module", _DEFINITION),
    "right_assignment_list": (
        "a list without brackets",
        "Remove the comma at the end of the line, or write brackets: ['a', 'b']",
    ),
    **dict.fromkeys(("nil", "true", "false"), ("an assignment to nil, true or false", _SETTING)),
    "match_pattern": ("=> outside of a hash", _SETTING),
    "test_pattern": ("a pattern", _CONDITION),
    "block_argument": ("a & before an argument", "Write the value itself."),
    "rational": ("a rational number", "Write a number such as 0.5"),
    "complex": ("a complex number", "Write a number such as 0.5"),
    "subshell": ("running a program (backticks)", _OUTPUT),
    "global_variable": ("a global variable", _VARIABLE),
    "instance_variable": ("an instance variable", _VARIABLE),
    "class_variable": ("a class variable", _VARIABLE),
    "scope_resolution": ("a name with ::", "Write the value itself."),
    "self": ("self as a value", "Write: external_url 'https://…'"),
    "super": ("super", "Write the value itself."),
    "yield": ("a yield", "Remove it."),
    "alias": ("an alias", "Remove it."),
    "undef": ("undef", "Remove it."),
    "redo": ("a redo", "Use next and break."),
    "retry": ("a retry", "Remove it."),
    "return": ("a return", "Put what follows into: unless … end"),
    "begin_block": ("a BEGIN block", "Put its statements on top."),
    "end_block": ("an END block", "Remove it."),
}

# By the name of the method. Only these are named in a message: any other word may be a secret without quotes.
METHODS: dict[str, str] = {
    "fetch": "Write: ENV['NAME']",
    "read": "Write the file's text as a string, or take it from the environment: ENV['NAME']",
    **dict.fromkeys(("open", "readlines", "foreach"), "Write: File.read('/path').lines"),
    **dict.fromkeys(("safe_load", "load_file", "parse"), _RUBY_HASH),
    "load": "Write: from_file '/etc/gitlab/other.rb'",
    "from_file": "Put the file's lines here.",
    "require": "Remove it: nothing of a library can be used here.",
    **dict.fromkeys(("require_relative", "glob", "children"), "Write: from_file '/etc/gitlab/other.rb'"),
    **dict.fromkeys(("eval", "instance_eval", "class_eval", "binding"), "Write the settings themselves."),
    **dict.fromkeys(("send", "public_send", "method_missing", "define_method"), _SETTING),
    **dict.fromkeys(("system", "exec", "spawn", "fork", "popen", "capture2", "capture3"), _OUTPUT),
    **dict.fromkeys(
        ("write", "delete", "unlink", "mkdir", "mkdir_p", "chmod", "chown", "rm_f", "touch", "sleep", "exit"),
        _NO_CHANGE,
    ),
    **dict.fromkeys(("rand", "srand", "hex", "uuid", "now", "today"), _EACH_RUN),
    **dict.fromkeys(("gets", "readline"), _CONDITION),
    **dict.fromkeys(("lambda", "proc", "loop"), "Write a block behind it: { … }"),
    **dict.fromkeys(("merge!", "update"), "Write one line for each key: registry['key'] = value"),
    "merge": "Write the whole hash.",
    **dict.fromkeys(("each", "map", "each_with_index", "select", "times"), _LOOP),
    **dict.fromkeys(
        ("strip", "chomp", "gsub", "sub", "downcase", "upcase", "split", "join", "to_s", "to_i", "freeze"),
        _THIS_VALUE,
    ),
    **dict.fromkeys(("encode", "force_encoding", "unpack", "pack", "crypt"), _THIS_VALUE),
}

# By the constant: what it stands for, where a gitlab.rb may come to use it.
LIBRARIES: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("Time", "Date", "DateTime"), ("the time of the run", _EACH_RUN)),
    **dict.fromkeys(("SecureRandom", "Random"), ("a random value", _EACH_RUN)),
    **dict.fromkeys(("Net", "HTTP", "TCPSocket", "Faraday"), ("the network", _CONDITION)),
    **dict.fromkeys(("Open3", "Process", "Kernel", "Mixlib"), ("running a program", _OUTPUT)),
    **dict.fromkeys(("FileUtils", "Tempfile"), ("changing files", _NO_CHANGE)),
    "Pathname": ("Pathname", "Write: File.join('/a', 'b'), File.read('/path')"),
    **dict.fromkeys(
        ("Base64", "Digest", "OpenSSL", "ERB", "Etc", "IPAddr", "Struct", "Set", "Chef", "CGI", "Math"),
        ("this library", _THIS_VALUE),
    ),
    "URI": ("this library", "Write the parts, or: url[%r{//([^/:]+)}, 1]"),
}


def construct(node: Node) -> RefusedError:
    """The refusal of a kind of node that is not in the grammar."""
    if node.type == "scope_resolution" and (name := node.children[0].text or b"").decode() in LIBRARIES:
        return library(node, name.decode())
    words, hint = CONSTRUCTS.get(node.type, ("this kind of Ruby", "Write the value itself."))
    return RefusedError(node, codes.UNSUPPORTED, f"{words} is not supported", hint)


def library(node: Node, name: str) -> RefusedError:
    """The refusal of a constant of Ruby's libraries."""
    words, hint = LIBRARIES[name]
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
