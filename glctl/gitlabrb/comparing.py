"""Ruby's ``==`` and ``===``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import ranges
from glctl.gitlabrb.kinds import is_a
from glctl.gitlabrb.limits import check_depth
from glctl.gitlabrb.model import Symbol
from glctl.gitlabrb.regexps import Regexp
from glctl.gitlabrb.values import Class, Hash, Proc, Range, truthy

if TYPE_CHECKING:
    from glctl.gitlabrb.evaluator import Evaluator
    from glctl.gitlabrb.limits import Budget


def same(one: Any, other: Any, budget: Budget, depth: int = 0) -> bool:
    """``one == other``: 1 is 1.0, and a symbol is no string."""
    check_depth(depth)
    if isinstance(one, list) and isinstance(other, list):
        budget.spend_values(len(one))
        return len(one) == len(other) and all(
            same(a, b, budget, depth + 1) for a, b in zip(one, other, strict=True)
        )
    if isinstance(one, Hash) and isinstance(other, Hash):
        budget.spend_values(len(one))
        return len(one) == len(other) and all(
            (found := other.find(entry.key)) is not None and same(entry.value, found.value, budget, depth + 1)
            for entry in one
        )
    if isinstance(one, str):
        budget.spend_walk(one)
    if isinstance(one, bool) or isinstance(other, bool) or one is None or other is None:
        return one is other
    return isinstance(one, Symbol) == isinstance(other, Symbol) and bool(one == other)


def covers(ev: Evaluator, pattern: Any, value: Any) -> bool:
    """``pattern === value``, which ``case`` asks."""
    if isinstance(pattern, Regexp):
        if not isinstance(value, str):
            return False
        ev.match = pattern.search(str(value), ev.budget)
        return ev.match is not None
    if isinstance(pattern, Range):
        return ranges.covers(pattern, value)
    if isinstance(pattern, Proc):
        return truthy(pattern.does(value))
    if isinstance(pattern, Class):
        return is_a(value, pattern)
    return same(pattern, value, ev.budget)
