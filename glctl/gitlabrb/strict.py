"""What the parser accepts and Ruby refuses, even in code that is never run: one table, by the kind of node.

Code that is run is checked where it is evaluated, by the same functions. This is for branches that are not
taken and for blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.gitlabrb import codes, literals, operators, regexps, setters, strings
from glctl.gitlabrb.references import never_a_name
from glctl.gitlabrb.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

_LEAVES_BLOCK = frozenset({"break", "next", "redo"})
_WANTS_VALUE = frozenset({"argument_list", "array", "assignment", "operator_assignment", "pair"})
_LOOPS = frozenset(
    {"block", "do_block", "lambda", "while", "until", "for", "while_modifier", "until_modifier"}
)


def refusals(ev: Evaluator, root: Node) -> Iterator[RefusedError]:
    """What Ruby refuses anywhere in *root*, in the order of the text."""
    nodes = [root]
    while nodes:
        node = nodes.pop()
        nodes += reversed(node.children)
        if (rule := _RULES.get(node.type)) is not None and node.is_named:
            try:
                rule(ev, node)
            except RefusedError as refused:
                # What is only not supported may be skipped. Of a pattern that is not, nobody knows.
                if refused.code == codes.SYNTAX or node.type == "regex":
                    yield refused


def _name(ev: Evaluator, node: Node) -> None:
    if refused := never_a_name(node, ev.source.text_of(node)):
        raise refused


def _list(ev: Evaluator, node: Node) -> None:
    literals.listed(ev.parts(node))


def _call(_ev: Evaluator, node: Node) -> None:
    """``name arguments``"""
    method = node.child_by_field_name("method")
    if method is not None and method.type.endswith("_variable"):
        raise RefusedError(method, codes.SYNTAX, "a variable takes no arguments", "Remove them.")
    arguments = node.child_by_field_name("arguments")
    if arguments is None or arguments.children[0].type == "(":
        return
    setters.check_command(node)
    first = arguments.children[0]
    if first.type == "hash" and first.named_children:
        raise RefusedError(first, codes.SYNTAX, setters.BLOCK, "Write parentheses around the hash.")


def _regex(ev: Evaluator, node: Node) -> None:
    if all(child.type != "interpolation" for child in node.children):
        regexps.regex(ev, node)


def _imaginary(ev: Evaluator, node: Node) -> None:
    """``4i``, of which the parser also takes ``4 i`` for one"""
    if len(ev.source.text_of(node).split()) > 1:
        raise RefusedError(node, codes.SYNTAX, "a comma is missing behind this number", "Write one.")


def _jump(_ev: Evaluator, node: Node) -> None:
    """``next``"""
    parent = node.parent
    if parent is not None and parent.type in _WANTS_VALUE:
        raise RefusedError(node, codes.SYNTAX, f"{node.type} has no value", "Put it on a line of its own.")
    while parent is not None and parent.type not in _LOOPS:
        parent = parent.parent
    if parent is None:
        raise RefusedError(node, codes.SYNTAX, f"{node.type} outside of a block", "Remove it.")


_RULES: dict[str, Callable[[Evaluator, Node], object]] = {
    "argument_list": _list,
    "array": _list,
    "binary": operators.check_binary,
    "call": _call,
    "complex": _imaginary,
    "float": literals.float_,
    "hash": _list,
    "identifier": _name,
    "integer": literals.integer,
    "pair": literals.check_pair,
    "regex": _regex,
    "simple_symbol": literals.simple_symbol,
    "unary": operators.check_unary,
    **dict.fromkeys(("delimited_symbol", "string", "string_array", "symbol_array"), strings.check_quote),
    **dict.fromkeys(_LEAVES_BLOCK, _jump),
}
