"""What clients have written to a registry since it was started: an accepted push must not be lost."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from glctl.patterns import Pattern
from glctl.services.catalog import REGISTRY
from glctl.services.runit import look

if TYPE_CHECKING:
    from datetime import datetime

    from glctl.paths import Root

_LINES = 100_000  # of the log, which are looked at
_FLUSHED_WITHIN = 1.0  # seconds
_POLL = 0.02
_WRITES = ("DELETE", "PATCH", "POST", "PUT")
_NEEDLES = tuple(f'"{method} /'.encode() for method in _WRITES)
# A line of the access log may stand behind a stamp and registry['svlogd_prefix'].
_ACCESS = Pattern(rb'\S+ \S+ \S+ \[[^]]+\] "[A-Z]+ /')


def accepted_since(root: Root, since: float) -> int:
    """How many writing requests the registry has answered with 2xx since *since* (Unix seconds), by its log.

    Where svlogd stamps no lines, theirs are whole seconds: rather one too many than one too few.
    """
    from glctl.logs.recent import recent_lines
    from glctl.logs.records import parse, time_of
    from glctl.logs.sources import find_sources

    _await_log(root)
    source = next(each for each in find_sources(root, [REGISTRY.name]) if each.by_svlogd)
    count = 0
    for line in recent_lines(source, _LINES):
        if any(needle in line for needle in _NEEDLES) and (found := _ACCESS.search(line)):
            record = parse(line[found.start() :], REGISTRY.name)
            writes = record.fields.get("http.request.method") in _WRITES
            accepted = str(record.fields.get("http.response.status", "")).startswith("2")
            count += writes and accepted and _is_since(time_of(line) or record.time, since)
    return count


def _is_since(at: datetime | None, since: float) -> bool:
    return at is None or at.timestamp() >= (since if at.microsecond else int(since))


def _await_log(root: Root) -> None:
    """Wait until svlogd has read what the registry has written."""
    pid = look(REGISTRY.directory(root) / "log").pid
    deadline = time.monotonic() + _FLUSHED_WITHIN
    with suppress(OSError):
        pipe = os.open(f"/proc/{pid}/fd/0", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            while _waiting(pipe) and time.monotonic() < deadline:
                time.sleep(_POLL)
        finally:
            os.close(pipe)
    time.sleep(_POLL)  # what it has read, it writes at once


def _waiting(pipe: int) -> int:
    """Bytes that are in a pipe (FIONREAD)."""
    (count,) = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))
    return int(count)
