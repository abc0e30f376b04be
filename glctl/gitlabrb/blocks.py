"""Blocks: ``{ |key, value| … }``, ``do |item| … end``, ``&:method``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, program
from glctl.gitlabrb.control import NextError
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.scope import Scope
from glctl.gitlabrb.values import Proc

if TYPE_CHECKING:
    from tree_sitter import Node

    from glctl.gitlabrb.evaluator import Evaluator

# What a method does with each element. A pair of a hash comes as a list of two.
Block = Callable[..., Any]

# A parameter of a block, or several in parentheses.
Parameter = str | list["Parameter"]


def block_of(ev: Evaluator, node: Node) -> Block:
    """What a ``block`` or ``do_block`` does."""
    listed = node.child_by_field_name("parameters")
    parameters = parameters_of(ev, listed)
    body = node.child_by_field_name("body")
    if body is not None:
        ev.check(body)
    does = runs(ev, parameters, body)

    def block(*values: Any) -> Any:
        if len(values) == 1 and len(parameters) > 1 and isinstance(values[0], list):
            values = tuple(values[0])
        return does(*values)

    return block


def method_block(ev: Evaluator, node: Node) -> Block:
    """``&:strip``: what calls the method of that name."""
    from glctl.gitlabrb.methods import invoke

    name = ev.value(node.children[-1])
    if isinstance(name, Proc):
        return name.does
    if not isinstance(name, Symbol):
        raise RefusedError(
            node, codes.UNSUPPORTED, "a & before an argument is not supported", "Write a block: { |x| … }"
        )
    return lambda receiver, *arguments: invoke(ev, node, receiver, str(name), list(arguments))


def parameters_of(ev: Evaluator, node: Node | None) -> list[Parameter]:
    """What stands between ``|`` and ``|``, or behind ``->``."""
    result: list[Parameter] = []
    if node is not None and len(node.children) > 1 and node.children[-2].type == ",":
        raise RefusedError(
            node, codes.UNSUPPORTED, "a comma behind the last parameter is not supported", "Write: |first, _|"
        )
    for child in ev.parts(node) if node is not None else ():
        if child.type == "destructured_parameter":
            result.append(parameters_of(ev, child))
        elif child.type == "identifier":
            result.append(ev.source.text_of(child))
        elif child.type not in ("|", ",", "(", ")"):
            raise RefusedError(
                child, codes.UNSUPPORTED, "this parameter of a block is not supported", "Write: |key, value|"
            )
    return result


def _bound(parameters: list[Parameter], values: tuple[Any, ...]) -> dict[str, Any]:
    """The parameters with their values: nil where there are too few; what is too much is left out."""
    result: dict[str, Any] = {}
    for number, parameter in enumerate(parameters):
        value = values[number] if number < len(values) else None
        if isinstance(parameter, str):
            result[parameter] = value
        else:
            result |= _bound(parameter, tuple(value) if isinstance(value, list) else (value,))
    return result


def runs(ev: Evaluator, parameters: list[Parameter], body: Node | None) -> Block:
    """What evaluates *body* with values for its parameters, and sees the variables around it.

    A lambda may be called where another part of the text is read, or another file.
    """
    source, heredocs, around = ev.source, ev.heredocs, ev.locals

    def run(*values: Any) -> Any:
        caller = ev.source, ev.heredocs, ev.locals, ev.in_block
        ev.source, ev.heredocs = source, heredocs
        ev.locals, ev.in_block = Scope(around, _bound(parameters, values)), True
        try:
            ev.budget.spend_step()
            return None if body is None else program.body(ev, body)
        except NextError as ended:
            return ended.value
        finally:
            ev.source, ev.heredocs, ev.locals, ev.in_block = caller

    return run
