"""Where followed lines go, and the signals that end the following: none of them cuts a line in two."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import stat
import termios
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FINISHED_WITHIN = 1.0  # seconds that a reader has to take what was begun, when a signal wants the end
_BEGUN = 4 << 20  # bytes at most of what may have been written since the cursor was saved
PIPE_BUF = select.PIPE_BUF  # a pipe that poll(2) calls writable takes so many bytes at once


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
    """The descriptor that lines are written to. A slow reader is waited for.

    A pipe gets whole lines at once, as many as it certainly takes: a SIGKILL leaves no half of one in it.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._interrupted = False  # a signal wants the end, and came while something was being written
        self._already = b""  # in the file, and to be left out
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLOUT)
        self._pipe = 0  # bytes that it holds, if it is one
        with suppress(OSError):
            self._pipe = fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ)

    def end(self) -> list[int]:
        """Device and inode of a file that is appended to, and its size without what is still to be left out;
        nothing for another output.
        """
        found = os.fstat(self.descriptor)
        if not (stat.S_ISREG(found.st_mode) and fcntl.fcntl(self.descriptor, fcntl.F_GETFL) & os.O_APPEND):
            return []
        return [found.st_dev, found.st_ino, found.st_size - len(self._already)]

    def go_on_from(self, end: Sequence[int]) -> None:
        """Leave out what a file has behind its earlier *end*, as far as the same comes again: one that was
        killed has written that.
        """
        now = self.end()
        if not now or now[:2] != [*end[:2]] or not 0 < now[2] - end[2] <= _BEGUN:
            return
        with suppress(OSError), open(f"/proc/self/fd/{self.descriptor}", "rb") as file:
            self._already = os.pread(file.fileno(), now[2] - end[2], end[2])

    def write(self, data: bytes) -> None:
        """Write all of *data*. With signals held back, one of them leaves it whole and comes with the next
        :meth:`check`, or, if the reader takes nothing more, ends this in the middle.
        """
        self.check()
        left = memoryview(self._new_in(data) if self._already else data)
        try:
            while left:
                if not self._poll.poll(0):
                    with let_in():
                        self._poll.poll()
                left = left[os.write(self.descriptor, self._at_once(left)) :]
        except KeyboardInterrupt:
            if not self._finished(left):
                raise
            self._interrupted = True

    def check(self) -> None:
        """KeyboardInterrupt, where a signal that wants the end was held back for what was being written."""
        if self._interrupted:
            raise KeyboardInterrupt

    def _new_in(self, data: bytes) -> bytes:
        already, self._already = self._already, b""
        if data.startswith(already):
            return data[len(already) :]
        if already.startswith(data):
            self._already = already[len(data) :]
            return b""
        return data  # another has written that

    def _finished(self, left: memoryview) -> bool:
        deadline = time.monotonic() + _FINISHED_WITHIN
        while left and (wait := deadline - time.monotonic()) > 0:
            if self._poll.poll(wait * 1000):
                left = left[os.write(self.descriptor, self._at_once(left)) :]
        return not left

    def _at_once(self, left: memoryview) -> memoryview:
        """As many lines of *left* as are taken at once, now that any are; of a longer line, as much of it."""
        if len(left) <= PIPE_BUF:
            return left
        piece = left[: self._pipe if self._pipe and self._is_empty() else PIPE_BUF]
        return piece if len(piece) == len(left) else piece[: bytes(piece).rfind(b"\n") + 1] or piece

    def _is_empty(self) -> bool:
        """Whether all that is in the pipe has been read. Then it takes what it can hold: pages are free."""
        return not any(fcntl.ioctl(self.descriptor, termios.FIONREAD, bytes(4)))
