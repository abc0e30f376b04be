"""Where followed lines go, and the signals that end the following: none of them cuts a line in two."""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FINISHED_WITHIN = 1.0  # seconds that a reader has to take what was begun, when a signal wants the end
_PIPE_BUF = select.PIPE_BUF  # a pipe that poll(2) calls writable takes so many bytes at once


@contextmanager
def held_back() -> Iterator[None]:
    """In it, signals that are to end this process only come where :func:`let_in` lets them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def let_in() -> Iterator[None]:
    """In it, they come: also those that came before."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Output:
    """The descriptor that lines are written to. A slow reader is waited for."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)

    def write(self, data: bytes) -> None:
        """Write all of *data*. With signals held back, one of them leaves it whole or, if the reader takes
        nothing more, ends this in the middle by its exception.
        """
        left = memoryview(data)
        try:
            while left:
                if not self._poll.poll(0):
                    with let_in():
                        self._poll.poll()
                left = left[os.write(self._descriptor, left[:_PIPE_BUF]) :]
        except KeyboardInterrupt:
            if not self._finished(left):
                raise
            signal.raise_signal(signal.SIGINT)  # it comes when signals are next let in

    def _finished(self, left: memoryview) -> bool:
        deadline = time.monotonic() + _FINISHED_WITHIN
        while left and (wait := deadline - time.monotonic()) > 0:
            if self._poll.poll(wait * 1000):
                left = left[os.write(self._descriptor, left[:_PIPE_BUF]) :]
        return not left
