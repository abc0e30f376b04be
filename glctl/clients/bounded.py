"""Waiting no longer than one wants to, whatever the system still waits for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def within(seconds: float, action: Callable[[], T]) -> T | None:
    """What *action* returns, or None where that takes longer; it is then left to end by itself.

    A daemon thread does it: a resolver that hangs for half a minute delays neither this nor the exit.
    *action* must not return None, nor raise.
    """
    results: list[T] = []
    thread = threading.Thread(target=lambda: results.append(action()), daemon=True)
    thread.start()
    thread.join(seconds)
    return next(iter(results), None)
