"""Which stretches of which files a window of time lies in: by bisection where lines stand in order."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from glctl.logs.compressed import compression
from glctl.logs.records import tai64n, time_of
from glctl.logs.sources import SVLOGD_ARCHIVE, SVLOGD_FILE, prefix_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import FileIO
    from pathlib import Path

PIECE = 16 << 20  # bytes of a stretch, so that several processes have something to do
_LOOK = 1 << 16  # bytes in which a line with a time is looked for
_SAMPLES = 16  # places at which it is tried whether the lines of a file stand in order
# Lines of several workers, or of clients that took long, stand a little out of order.
_SLACK = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Window:
    """From *since* (on it) until *until* (before it), in UTC; None: without end."""

    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether all times lie in it."""
        return self.since is None and self.until is None

    def holds(self, time: datetime | None) -> bool:
        """Whether *time* lies in it. What has no time, such as a line of a panic, always does."""
        if time is None:
            return True
        return (self.since is None or time >= self.since) and (self.until is None or time < self.until)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The lines of a file of *service* that begin from *start* on, before *end* (bytes; None: to its end).

    *prefix*: what svlogd puts before each of them, behind its stamp. *inode* (0: unknown) is the file's,
    which may have another name when it is read.
    """

    path: Path
    service: str
    start: int = 0
    end: int | None = None
    prefix: bytes = b""
    inode: int = 0


def within(paths: Sequence[Path], window: Window) -> list[Path]:
    """Those of the files of a log, oldest first, that can hold a line of *window*: they need not be opened.

    A file has no line that is younger than itself, and svlogd names one by when it began the next.
    """
    kept = []
    began: dict[Path, datetime] = {}  # by directory: when svlogd began the file that comes next
    for path in paths:
        ended = _ended(path)
        beginning = began.get(path.parent) if path.name == SVLOGD_FILE or _label(path) else None
        too_old = window.since and ended and ended < window.since - _SLACK
        too_new = window.until and beginning and beginning > window.until + _SLACK
        if not (too_old or too_new):
            kept.append(path)
        if label := _label(path):
            began[path.parent] = label
    return kept


def _ended(path: Path) -> datetime | None:
    """When the last line was written; gzip and logrotate keep that time."""
    try:
        return _label(path) or datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


def _label(path: Path) -> datetime | None:
    try:
        return tai64n(path.name[:25].encode()) if SVLOGD_ARCHIVE.match(path.name) else None
    except OverflowError:
        return None


def stretches(path: Path, service: str, window: Window) -> Iterator[Stretch]:
    """What of a file is to be read for *window*, in pieces; of one that cannot be opened all, to be told."""
    whole = Stretch(path, service, prefix=prefix_in(path))
    try:
        if not path.is_file():  # a pipe: opening it twice would lose what is in it
            yield whole
            return
        file = path.open("rb", buffering=0)
    except OSError:
        yield whole
        return
    with file:
        whole = replace(whole, inode=os.fstat(file.fileno()).st_ino)
        if compression(file):  # can only be read forwards
            yield whole
            return
        start, end = _limits(file, window)
        while start < end:
            cut = _next_line(file, start + PIECE, end)
            yield replace(whole, start=start, end=cut)
            start = cut


def beginning(file: FileIO, window: Window) -> int:
    """Where the lines of *window* begin in a *file* that is not compressed, or a little before."""
    return _limits(file, window)[0]


def _limits(file: FileIO, window: Window) -> tuple[int, int]:
    """Where the lines of *window* begin and end, at most a little too generous; all where none knows."""
    size = os.fstat(file.fileno()).st_size
    if window.is_open or not _in_order(file, size):
        return 0, size
    start = _around(file, size, window.since - _SLACK)[0] if window.since else 0
    end = _around(file, size, window.until + _SLACK)[1] if window.until else size
    return start, max(start, end)


def _in_order(file: FileIO, size: int) -> bool:
    """Whether lines seem to stand in the order of their times; a clock that was set back ends that."""
    times = [time for n in range(_SAMPLES) if (time := _time_at(file, size * n // _SAMPLES, size)[0])]
    return bool(times) and all(a <= b + _SLACK for a, b in pairwise(times))


def _around(file: FileIO, size: int, time: datetime) -> tuple[int, int]:
    """Beginnings of lines, not far apart: between them is that of the first one not older than *time*."""
    low, high = 0, size
    while high - low > _LOOK:
        middle = (low + high) // 2
        found, where = _time_at(file, middle, high)
        if found is not None and found < time:
            low = where
        else:
            high = middle
    return low, _next_line(file, high, size)


def _time_at(file: FileIO, offset: int, end: int) -> tuple[datetime | None, int]:
    """The time of the first line from *offset* on that has one, and where that line begins."""
    start = _next_line(file, offset, end) if offset else 0
    for line in os.pread(file.fileno(), max(0, min(_LOOK, end - start)), start).split(b"\n"):
        if found := time_of(line):
            return found, start
        start += len(line) + 1
    return None, start


def _next_line(file: FileIO, offset: int, end: int) -> int:
    """Where the first line begins from *offset* on; *end* where none does before it."""
    at = offset - 1  # a newline just before it makes it a beginning
    while at < end:
        block = os.pread(file.fileno(), min(_LOOK, end - at), at)
        if not block:
            break
        if (found := block.find(b"\n")) >= 0:
            return min(at + found + 1, end)
        at += len(block)
    return end
