"""Waiting until something happens in a directory: Linux's inotify through the C library."""

from __future__ import annotations

import os
import select
from typing import TYPE_CHECKING

from glctl.logs.output import let_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

# inotify(7): IN_MODIFY, IN_ATTRIB, IN_MOVED_TO, IN_CREATE, IN_ONLYDIR
_EVENTS = 0x2 | 0x4 | 0x80 | 0x100 | 0x0100_0000

LOOK_ANYWAY = 1.0  # seconds: network file systems do not report what others write
LOOK_WITHOUT = 0.1  # seconds between looks where there is no inotify


class Watcher:
    """Watches *directories*, which may come and go, and the descriptor *output*, whose reader may go."""

    def __init__(self, directories: Iterable[Path], output: int | None = None) -> None:
        import ctypes

        self._libc = ctypes.CDLL(None)
        self._watches = {os.fsencode(path): -1 for path in directories}
        self._output = output
        self._poll = select.poll()
        if output is not None:
            self._poll.register(output, 0)  # 0: errors only
        self._inotify: int = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)  # -1: too many instances
        if self._inotify >= 0:
            self._poll.register(self._inotify, select.POLLIN)
            self._renew()

    def close(self) -> None:
        if self._inotify >= 0:
            os.close(self._inotify)

    def wait(self) -> None:
        """Return when something may have changed. BrokenPipeError when nobody reads the output any more."""
        if self._inotify < 0:
            timeout = LOOK_WITHOUT
        elif self._renew():
            return  # what was written before the watch was there went unseen
        else:
            timeout = LOOK_ANYWAY
        with let_in():
            happened = self._poll.poll(timeout * 1000)
        for descriptor, _ in happened:
            if descriptor == self._output:
                raise BrokenPipeError
            os.read(descriptor, 1 << 16)  # that something happened is enough

    def _renew(self) -> bool:
        """Watch what each path names now; whether any of it is new. A directory stays watched as it was."""
        watches = {path: self._libc.inotify_add_watch(self._inotify, path, _EVENTS) for path in self._watches}
        new = {watch for watch in watches.values() if watch >= 0} - set(self._watches.values())
        self._watches = watches
        return bool(new)
