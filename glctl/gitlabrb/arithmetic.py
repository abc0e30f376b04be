"""What the operators between numbers do. Integers divide to Integers, downwards."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.limits import MAX_BITS

if TYPE_CHECKING:
    from glctl.gitlabrb.methods import Call

Number = int | float


def plus(call: Call, one: Number, other: Number) -> Number:
    """``one + other``"""
    return checked(call, one + other)


def minus(call: Call, one: Number, other: Number) -> Number:
    """``one - other``"""
    return checked(call, one - other)


def times(call: Call, one: Number, other: Number) -> Number:
    """``one * other``"""
    return checked(call, one * other)


def divided(call: Call, one: Number, other: Number) -> Number:
    """``one / other``"""
    _not_zero(call, other)
    whole = isinstance(one, int) and isinstance(other, int)
    return checked(call, one // other if whole else one / other)


def modulo(call: Call, one: Number, other: Number) -> Number:
    """``one % other``"""
    _not_zero(call, other)
    return checked(call, one % other)


def power(call: Call, one: Number, other: Number) -> Number:
    """``one ** other``"""
    if (one < 0 and isinstance(other, float)) or (other < 0 and (one == 0 or isinstance(one, int))):
        raise call.refused("this power is no number", "Write the resulting value.", codes.UNSUPPORTED)
    if (
        isinstance(one, int)
        and isinstance(other, int)
        and one.bit_length() * other > MAX_BITS
        and abs(one) > 1
    ):
        raise _too_large(call)
    try:
        return checked(call, one**other)
    except OverflowError:
        raise _too_large(call) from None


def floor(_call: Call, number: Number) -> int:
    """``number.floor``"""
    return math.floor(number)


def ceil(_call: Call, number: Number) -> int:
    """``number.ceil``"""
    return math.ceil(number)


def round_(_call: Call, number: Number) -> int:
    """``number.round``: a half goes away from zero."""
    whole = math.floor(abs(number))
    whole += abs(number) - whole >= 0.5
    return whole if number >= 0 else -whole


def repeat(call: Call, number: int) -> int:
    """``number.times { |i| … }``"""
    for index in range(number):
        call.run(index)
    return number


def checked(call: Call, number: Number) -> Number:
    """*number*, if it is one and not too large to be printed."""
    if isinstance(number, float) and not math.isfinite(number):
        raise _too_large(call)
    if isinstance(number, int) and number.bit_length() > MAX_BITS:
        raise _too_large(call)
    return number


def _not_zero(call: Call, divisor: Number) -> None:
    if divisor == 0:
        raise call.refused("a division by zero", "Divide by another number.")


def _too_large(call: Call) -> Any:
    return call.refused("this number is too large", "Write a smaller one.", codes.TOO_LARGE)
