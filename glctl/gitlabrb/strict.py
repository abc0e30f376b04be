"""What the parser accepts and Ruby refuses, even in code that is never run: one table, by the kind of node.

Code that is run is checked where it is evaluated, by the same functions. This is for branches that are not
taken and for blocks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.gitlabrb import codes, literals, operators, parameters, regexps, setters, strings
from glctl.gitlabrb.references import never_a_name, reserved
from glctl.gitlabrb.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

_LEAVES_BLOCK = frozenset({"break", "next", "redo"})
_ONE_VALUE = frozenset(
    {"argument_list", "array", "assignment", "binary", "operator_assignment", "pair", "unary"}
)
_TARGETS = frozenset(
    "call class_variable constant element_reference global_variable identifier instance_variable "
    "left_assignment_list scope_resolution".split()
)
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


def _call(ev: Evaluator, node: Node) -> None:
    """``name arguments``"""
    method = node.child_by_field_name("method")
    if method is not None and method.type.endswith("_variable"):
        raise RefusedError(method, codes.SYNTAX, "a variable takes no arguments", "Remove them.")
    arguments = node.child_by_field_name("arguments")
    if arguments is None or arguments.children[0].type == "(":
        return
    setters.check_command(node)
    first = arguments.children[0]
    if first.start_byte == node.children[0].end_byte and ev.source.text_of(first)[0] == "%":
        raise RefusedError(first, codes.SYNTAX, "a space is missing before %", "Write one.")
    if first.type == "hash" and first.named_children:
        raise RefusedError(first, codes.SYNTAX, setters.BLOCK, "Write parentheses around the hash.")


def _assignment(ev: Evaluator, node: Node) -> None:
    """``left = right``"""
    left, equals, *_ = ev.parts(node)
    if left.type not in _TARGETS:
        raise RefusedError(
            left, codes.SYNTAX, "this cannot be given a value", "Name a setting or a variable."
        )
    if left.type == "identifier" and (refused := reserved(left, ev.source.text_of(left))):
        raise refused
    if left.type == "left_assignment_list":
        _several(ev, left, equals)
    if left.type == "element_reference" and left.children[0].end_byte != left.children[1].start_byte:
        raise RefusedError(left, codes.SYNTAX, "no space belongs before this bracket", "Remove it.")


def _several(ev: Evaluator, names: Node, equals: Node) -> None:
    """``a, b`` to the left of an equals sign"""
    outer = names.parent.parent if names.parent is not None else None
    if outer is not None and outer.type in _ONE_VALUE:
        raise RefusedError(names, codes.SYNTAX, "several variables cannot be set here", "Put it on a line.")
    if ev.source.slice(names.start_byte, equals.end_byte).endswith("*="):
        raise RefusedError(equals, codes.SYNTAX, "a name is missing behind *", "Write it.")


def _block(ev: Evaluator, node: Node) -> None:
    """``{ |name| … }``, ``->(name) { … }``, whose body is a block without parameters"""
    parameters.parameters_of(ev, node)


def _range(_ev: Evaluator, node: Node) -> None:
    """``a..b``"""
    if any(child.type == "range" for child in node.children):
        raise RefusedError(node, codes.SYNTAX, "a range of ranges", "Write one range.")


def _spread(_ev: Evaluator, node: Node) -> None:
    """``*values``"""
    if not node.named_children:
        raise RefusedError(node, codes.SYNTAX, "a value is missing behind this", "Write it, or remove this.")


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
    decides = parent is not None and any(
        child.type in operators.OR | operators.AND for child in parent.children
    )
    if parent is not None and parent.type in _ONE_VALUE and not decides:
        raise RefusedError(node, codes.SYNTAX, f"{node.type} has no value", "Put it on a line of its own.")
    while parent is not None and parent.type not in _LOOPS:
        parent = parent.parent
    if parent is None:
        raise RefusedError(node, codes.SYNTAX, f"{node.type} outside of a block", "Remove it.")


_RULES: dict[str, Callable[[Evaluator, Node], object]] = {
    "argument_list": _list,
    "array": _list,
    "assignment": _assignment,
    "binary": operators.check_binary,
    "call": _call,
    "chained_string": strings.check_chain,
    "complex": _imaginary,
    "float": literals.float_,
    "hash": _list,
    "identifier": _name,
    "integer": literals.integer,
    "pair": literals.check_pair,
    "range": _range,
    "regex": _regex,
    "simple_symbol": literals.simple_symbol,
    "unary": operators.check_unary,
    **dict.fromkeys(("block", "do_block", "lambda"), _block),
    **dict.fromkeys(("block_argument", "hash_splat_argument", "splat_argument"), _spread),
    **dict.fromkeys(("delimited_symbol", "string", "string_array", "symbol_array"), strings.check_quote),
    **dict.fromkeys(_LEAVES_BLOCK, _jump),
}
