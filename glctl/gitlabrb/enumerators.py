"""Methods that want a block, without one: ``items.map.with_index(1) { |item, number| … }``."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.values import Enumerator, Hash, Range

if TYPE_CHECKING:
    from glctl.gitlabrb.methods import Call

# What tap, then and each_line give without a block has no use here.
_WITH_ELEMENTS = (list, Hash, Range)
# They would change what only looking at their elements must leave alone.
_IN_PLACE = ("!", "_if")


def without_block(call: Call, receiver: Any, name: str, arguments: list[Any]) -> Enumerator:
    """The method *name* of *receiver* without its block."""
    from glctl.gitlabrb.methods import invoke

    if not isinstance(receiver, _WITH_ELEMENTS) or name.endswith(_IN_PLACE):
        raise call.refused(
            f"the method {name} without a block is not supported", "Write: { |x| … }", codes.UNSUPPORTED
        )
    return Enumerator(name, lambda block: invoke(call.ev, call.node, receiver, name, arguments, block))


def with_index(call: Call, walked: Enumerator, first: int = 0) -> Any:
    """``items.map.with_index(1) { |item, number| … }``; without a block, the pairs of the two"""
    numbers = count(first)
    if call.block is None:
        return [[item, next(numbers)] for item in items(call, walked)]
    return walked.walk(lambda *values: call.run(_one(values), next(numbers)))


def items(call: Call, walked: Enumerator) -> list[Any]:
    """All that a block would get."""
    result: list[Any] = []
    walked.walk(lambda *values: result.append(_one(values)))
    call.ev.budget.spend_values(len(result))
    return result


def _one(values: tuple[Any, ...]) -> Any:
    return values[0] if len(values) == 1 else list(values)
