"""Blocks: ``{ |key, value| … }``, ``do |item| … end``, ``&:method``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, parameters, program
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


def block_of(ev: Evaluator, node: Node) -> Block:
    """What a ``block`` or ``do_block`` does."""
    wanted = parameters.parameters_of(ev, node)
    takes_apart = parameters.takes_apart(wanted)
    body = node.child_by_field_name("body")
    if body is not None:
        ev.check(body)
    does = runs(ev, wanted, body)

    def block(*values: Any) -> Any:
        if takes_apart and len(values) == 1 and isinstance(values[0], list):
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


def runs(ev: Evaluator, wanted: parameters.Parameters, body: Node | None) -> Block:
    """What evaluates *body* with values for its parameters, and sees the variables around it.

    A lambda may be called where another part of the text is read, or another file.
    """
    source, heredocs, around = ev.source, ev.heredocs, ev.locals

    def run(*values: Any) -> Any:
        caller = ev.source, ev.heredocs, ev.locals, ev.in_block
        ev.source, ev.heredocs = source, heredocs
        ev.locals, ev.in_block = Scope(around), True
        try:
            ev.budget.spend_step()
            parameters.bind(ev, wanted, values)
            return None if body is None else program.body(ev, body)
        except NextError as ended:
            return ended.value
        finally:
            ev.source, ev.heredocs, ev.locals, ev.in_block = caller

    return run
