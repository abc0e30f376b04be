"""What the operators between numbers do. Integers divide to Integers, downwards."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, Any

from glctl.gitlabrb import codes
from glctl.gitlabrb.limits import MAX_BITS, MAX_VALUES

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def round_(call: Call, number: Number, digits: int = 0) -> Number:
    """``number.round``, ``number.round(2)``: a half goes away from zero."""
    if digits > 0:
        return _rounded(number, digits) if isinstance(number, float) else number
    if digits < 0:
        raise call.refused("rounding to tens is not supported", "Write the number.", codes.UNSUPPORTED)
    whole = math.floor(abs(number))
    whole += abs(number) - whole >= 0.5
    return whole if number >= 0 else -whole


def _rounded(number: float, digits: int) -> float:
    """As Ruby does it: 2.675 is 2.68, though it is a little less."""
    if digits > 14:
        return number
    scale = 10.0**digits
    whole = math.floor(abs(number) * scale + 0.5)
    return math.copysign(whole / scale, number)


def repeat(call: Call, number: int) -> Any:
    """``number.times { |i| … }``"""
    return _each(call, number, range(number))


def upto(call: Call, number: int, last: int) -> Any:
    """``1.upto(3) { |i| … }``"""
    return _each(call, number, range(number, last + 1))


def downto(call: Call, number: int, last: int) -> Any:
    """``3.downto(1) { |i| … }``"""
    return _each(call, number, range(number, last - 1, -1))


def step(call: Call, number: Number, last: Number, width: Number = 1) -> Any:
    """``1.step(10, 3) { |i| … }``"""
    if width == 0:
        raise call.refused("a step of 0", "Use another number.")
    count = max(math.floor((last - number) / width + 1e-9) + 1, 0)
    if isinstance(number, int) and isinstance(width, int):
        return _each(call, number, range(number, number + count * width, width))
    call.ev.budget.spend_values(count)
    return _each(call, number, [number + index * width for index in range(count)])


def _each(call: Call, number: Number, numbers: Sequence[Number]) -> Any:
    """Give each of *numbers* to the block; without one, they are the value."""
    if call.block is None:
        made = list(islice(numbers, MAX_VALUES + 1))
        call.ev.budget.spend_values(len(made))
        return made
    for each in numbers:
        call.run(each)
    return number


def divmod_(call: Call, one: int, other: int) -> list[int]:
    """``7.divmod(2)``"""
    _not_zero(call, other)
    return list(divmod(one, other))


def character(call: Call, number: int) -> str:
    """``65.chr``, of those that are text"""
    if not 0 <= number < 128:
        raise call.refused(
            "only characters up to 127 are supported", "Write the character.", codes.UNSUPPORTED
        )
    return chr(number)


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
