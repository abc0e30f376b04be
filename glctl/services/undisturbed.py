"""What must not be left half-way by an impatient Ctrl-C."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def undisturbed() -> Iterator[None]:
    """No Ctrl-C, SIGTERM or SIGHUP counts while this lasts, nor in what it starts: let that be seconds."""
    if threading.current_thread() is not threading.main_thread():
        yield  # no signal is delivered there
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
