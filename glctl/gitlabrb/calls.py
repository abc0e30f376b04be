"""Calls: of a setter, of a function, of a method behind a dot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, setters, unsupported
from glctl.gitlabrb.blocks import block_of, method_block
from glctl.gitlabrb.control import BreakError
from glctl.gitlabrb.libraries import FUNCTIONS, ask
from glctl.gitlabrb.literals import collected, listed
from glctl.gitlabrb.loops import WITH_BLOCK
from glctl.gitlabrb.methods import invoke
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, Facts, Library

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from glctl.gitlabrb.blocks import Block
    from glctl.gitlabrb.evaluator import Evaluator


def call(ev: Evaluator, node: Node) -> Any:
    """``name arguments``, ``name(arguments)``, ``receiver.name(arguments) { block }``"""
    receiver = node.child_by_field_name("receiver")
    if receiver is None or receiver.type == "self":
        name = ev.source.text_of(ev.field(node, "method"))
        if (name in FUNCTIONS or name in WITH_BLOCK) and name not in ev.locals:
            return _function(ev, node, name)
        return setters.call(ev, node)
    name = _name(ev, node)
    value = ev.value(receiver)
    if value is UNKNOWN:
        ev.forget(node)
        return UNKNOWN
    if value is None and _operator(node) == "&.":
        return None
    arguments, block = _arguments(ev, node)
    if isinstance(value, Library):
        if block is not None:
            raise unsupported.method(node, name)
        return ask(ev, node, value.name, name, arguments)
    if isinstance(value, Facts):
        raise unsupported.no_data(receiver, value)
    return _unless_broken_off(lambda: invoke(ev, node, value, name, arguments, block, receiver))


def _unless_broken_off(work: Callable[[], Any]) -> Any:
    """What *work* gives, or what its block breaks off with."""
    try:
        return work()
    except BreakError as ended:
        return ended.value


def _function(ev: Evaluator, node: Node, name: str) -> Any:
    arguments, block = _arguments(ev, node)
    if name in WITH_BLOCK and block is not None and not arguments:
        return WITH_BLOCK[name](ev, node, block)
    if block is not None or name not in FUNCTIONS:
        raise unsupported.method(node, name)
    if any(argument is UNKNOWN for argument in arguments):
        return UNKNOWN
    return FUNCTIONS[name](ev, node, arguments)


def _name(ev: Evaluator, node: Node) -> str:
    method = node.child_by_field_name("method")
    if method is None and _operator(node) == ".":
        return "call"  # f.(x)
    if method is None or method.type not in ("identifier", "constant") or _operator(node) == "::":
        raise RefusedError(
            node, codes.UNSUPPORTED, "a method call is not supported", "Write the value itself."
        )
    return ev.source.text_of(method)


def _operator(node: Node) -> str:
    operator = node.child_by_field_name("operator")
    return operator.type if operator is not None else ""


def _arguments(ev: Evaluator, node: Node) -> tuple[list[Any], Block | None]:
    """The values of the arguments, and the block."""
    listing = node.child_by_field_name("arguments")
    block = node.child_by_field_name("block")
    elements = ev.parts(listing) if listing is not None else []
    if elements and elements[0].type == "(":
        elements = elements[1:-1]
    elif elements:
        setters.check_command(node)
    elements = listed(elements)
    if elements and elements[-1].type == "block_argument":
        return collected(ev, elements[:-1]), method_block(ev, elements[-1])
    return collected(ev, elements), block_of(ev, block) if block is not None else None
