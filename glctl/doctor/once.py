"""What is made once, when first asked for, whoever asks first: checks run side by side."""

from __future__ import annotations

import threading
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Holder = TypeVar("Holder", bound="Once")


class Once:
    """Holds what its methods marked with ``@once`` have made."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._made: dict[str, tuple[Any, Exception | None]] = {}


def once(make: Callable[[Holder], T]) -> Callable[[Holder], T]:
    """Make it at the first call; threads that ask meanwhile wait, and get the same result or error."""
    name = make.__name__

    @wraps(make)
    def made(self: Holder) -> T:
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        with lock:
            if name not in self._made:
                try:
                    self._made[name] = (make(self), None)
                except Exception as exc:  # noqa: BLE001 - whoever asks later must get it, too
                    self._made[name] = (None, exc)
        value, error = self._made[name]
        if error:
            raise error
        result: T = value
        return result

    return made
