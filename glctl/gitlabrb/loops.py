"""Loops: ``while``, ``until``, ``for``, ``loop``, and lambdas. What they do costs steps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.assignments import target
from glctl.gitlabrb.control import BreakError, NextError
from glctl.gitlabrb.conversions import array
from glctl.gitlabrb.limits import LimitError
from glctl.gitlabrb.methods import Call
from glctl.gitlabrb.parameters import parameters_of, required
from glctl.gitlabrb.refusal import RefusedError
from glctl.gitlabrb.values import UNKNOWN, Proc, truthy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Node

    from glctl.gitlabrb.blocks import Block
    from glctl.gitlabrb.evaluator import Evaluator


def while_(ev: Evaluator, node: Node) -> Any:
    """``while condition … end``, ``statement while condition``"""
    return _conditional(ev, node, wanted=True)


def until(ev: Evaluator, node: Node) -> Any:
    """``until condition … end``, ``statement until condition``"""
    return _conditional(ev, node, wanted=False)


def _conditional(ev: Evaluator, node: Node, wanted: bool) -> Any:
    condition, body = ev.field(node, "condition"), ev.field(node, "body")
    ev.declare(node)
    first = body.type == "begin"  # begin … end while: once without asking

    def goes_on() -> Any:
        nonlocal first
        if first:
            first = False
            return True
        value = ev.value(condition)
        return UNKNOWN if value is UNKNOWN else truthy(value) is wanted

    return _repeated(ev, node, goes_on, lambda: ev.value(body))


def for_(ev: Evaluator, node: Node) -> Any:
    """``for item in items … end``"""
    pattern, body = ev.field(node, "pattern"), ev.field(node, "body")
    values = ev.data(ev.field(node, "value").named_children[0])
    ev.declare(node)
    if values is UNKNOWN:
        ev.forget(node)
        return UNKNOWN
    remaining = list(array(Call(ev, node), values))

    def turn() -> None:
        target(ev, pattern, node)(remaining.pop(0))
        ev.value(body)

    result = _repeated(ev, node, lambda: bool(remaining), turn)
    return values if result is None else result


def loop(ev: Evaluator, node: Node, block: Block) -> Any:
    """``loop { … }``"""
    return _repeated(ev, node, lambda: True, block)


def _repeated(ev: Evaluator, node: Node, goes_on: Callable[[], Any], turn: Callable[[], Any]) -> Any:
    was_in_block, ev.in_block = ev.in_block, True
    refusals = ev.refusals
    try:
        while (going := goes_on()) is True and ev.refusals == refusals:
            ev.budget.spend_step()
            try:
                turn()
            except NextError:
                continue
    except BreakError as ended:
        return ended.value
    except LimitError as limit:
        limit.place = limit.place or ev.source.span(node)  # the innermost loop is where it goes on and on
        raise
    finally:
        ev.in_block = was_in_block
    if going is UNKNOWN or ev.refusals > refusals:  # what was refused may have been what ends it
        ev.forget(node)
        return UNKNOWN
    return None


def proc(_ev: Evaluator, _node: Node, block: Block) -> Proc:
    """``lambda { |x| … }`` and ``proc { |x| … }``"""
    return Proc(block)


def lambda_(ev: Evaluator, node: Node) -> Proc:
    """``->(x) { … }``"""
    from glctl.gitlabrb.blocks import runs

    parameters = parameters_of(ev, node)
    least = required(parameters)
    most = math.inf if any(parameter.rest for parameter in parameters) else len(parameters)
    takes = f"{least}" if least == most else f"{least} or more" if most == math.inf else f"{least} to {most}"
    body = ev.field(node, "body").child_by_field_name("body")
    if body is not None:
        ev.check(body)
    does = runs(ev, parameters, body)

    def called(*values: Any) -> Any:
        if not least <= len(values) <= most:
            raise RefusedError(
                node,
                codes.TYPE_ERROR,
                f"this lambda takes {takes} values, and was given {len(values)}",
                "Call it with as many values as it has parameters.",
            )
        return does(*values)

    return Proc(called)


# Functions that take a block.
WITH_BLOCK = {"lambda": proc, "loop": loop, "proc": proc}
