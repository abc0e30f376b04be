"""What Ruby's own classes make: ``Array.new(3) { |i| i }``, ``Hash[pairs]``, ``Hash.new``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes, containers, unsupported
from glctl.gitlabrb.values import Class, Hash, Text, is_string

if TYPE_CHECKING:
    from glctl.gitlabrb.methods import Call

CLASSES = frozenset(
    "Array FalseClass Float Hash Integer NilClass Numeric Object Regexp String Symbol TrueClass".split()
)


def new(call: Call, made: Class, *arguments: Any) -> Any:
    """``Array.new(2, 'x')``, ``Array.new(2) { |i| … }``, ``Hash.new``, ``String.new('x')``"""
    match made.name, arguments:
        case "Array", [] | [int()] | [int(), _]:
            count = arguments[0] if arguments else 0
            if count < 0 or (call.block and len(arguments) == 2):
                raise call.refused("this Array.new is not supported", "Write: [a, b, c]", codes.UNSUPPORTED)
            call.ev.budget.spend_values(count)
            if call.block is not None:
                return [call.run(number) for number in range(count)]
            return [arguments[1] if len(arguments) == 2 else None] * count
        case "Hash", [] if call.block is None:
            return Hash()
        case "String", []:
            return Text("")
        case "String", [text] if is_string(text):
            return Text(text)
    raise unsupported.method(call.node, "new")


def bracketed(call: Call, made: Class, *arguments: Any) -> Any:
    """``Hash[[['a', 1]]]``, ``Hash['a', 1]``, ``Hash[other]``"""
    if made.name == "Array":
        return list(arguments)
    match arguments:
        case [Hash() as values] if made.name == "Hash":
            return containers.to_h(call, containers.pairs(values))
        case [list() as items] if made.name == "Hash":
            return containers.to_h(call, items)
        case _ if made.name == "Hash" and len(arguments) % 2 == 0:
            return containers.to_h(call, [list(pair) for pair in zip(*[iter(arguments)] * 2, strict=True)])
    raise unsupported.method(call.node, "[]")
