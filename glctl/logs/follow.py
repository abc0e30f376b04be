"""Several sources followed as one: what is there is merged by time, then what arrives first is told first."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from glctl.logs.inotify import Watcher
from glctl.logs.output import let_in
from glctl.logs.reader import SourceReader
from glctl.logs.records import time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from glctl.logs.cursor import Cursor, Mark
    from glctl.logs.filters import LineFilter
    from glctl.logs.sources import LogSource

SAVE_EVERY = 0.2  # seconds between two writings of a cursor while lines come
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of one source, or a piece of a line too long to be held (it has no newline at its end)."""

    source: LogSource
    data: bytes


class Follower:
    """The last *last* lines of *sources* (None: from *wanted*'s window on), then, with *follow*, what comes.

    With *wanted*, only such lines are given and counted. A *cursor* knows where reading goes on instead.
    Nothing is read before it is asked for. *output*: a descriptor; when nobody reads it any more, following
    ends in a BrokenPipeError. *tell* is told of lines that are lost.
    """

    def __init__(
        self,
        sources: Sequence[LogSource],
        last: int | None,
        *,
        follow: bool = True,
        wanted: LineFilter | None = None,
        cursor: Cursor | None = None,
        output: int | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._cursor = cursor
        self._moved = True  # since the cursor was saved
        self._until = wanted.window.until if wanted else None
        self._opened = contextlib.ExitStack()
        self._watcher: Watcher | None = None
        if follow:  # before the first look: nothing can happen unseen between the two
            self._watcher = Watcher({source.path.parent for source in sources}, output)
            self._opened.callback(self._watcher.close)
        self._feeds: list[_Feed] = []
        try:
            for source in sources:
                place = cursor.mark_of(source) if cursor else None
                reader = SourceReader(source, last, wanted, place=place, patient=follow, tell=tell)
                self._opened.callback(reader.close)
                self._feeds.append(_Feed(reader, wanted.new_test(source) if wanted else None))
        except BaseException:
            self._opened.close()
            raise

    def chunks(self) -> Generator[list[Chunk], None, None]:
        """What there is, a little at a time, in the order to be told; for ever, with *follow*.

        What was given has arrived when more is asked for. The cursor is saved now and then, and at the end.
        """
        try:
            while self._has_more():
                ready = [feed for feed in self._feeds if feed.fill()]
                if ready:
                    chunks = _merged(ready) if len(ready) > 1 else ready[0].take_all()
                elif self._watcher:
                    self._save(SAVE_EVERY)
                    self._watcher.wait()
                    continue
                else:
                    break
                if chunks:
                    yield chunks
                for feed in ready:
                    feed.given = feed.at
                self._moved = True
                self._save(SAVE_EVERY)
            unfinished = [] if self._watcher or self._cursor else [feed.rest() for feed in self._feeds]
            yield [chunk for chunks in unfinished for chunk in chunks]
        finally:
            self._moved = True
            try:
                self._save(0.0, lasting=True)
            finally:
                self._opened.close()

    def _has_more(self) -> bool:
        with let_in():
            pass
        return not (self._watcher and self._until and datetime.now(UTC) >= self._until)

    def _save(self, after: float, *, lasting: bool = False) -> None:
        """Save the cursor, if it has moved and is older than *after* seconds."""
        if self._cursor and self._moved and self._cursor.age >= after:
            self._moved = False
            self._cursor.save({feed.source: feed.mark() for feed in self._feeds}, lasting=lasting)


class _Feed:
    """The lines of one reader that are at hand."""

    def __init__(self, reader: SourceReader, test: Callable[[bytes], bool] | None) -> None:
        self.source = reader.source
        self._reader = reader
        self._test = test
        self._data = b""
        self.at = 0  # where what was not taken yet begins in it
        self.given = 0  # what was taken, and has arrived
        self._time = _BEFORE_ALL

    @property
    def is_empty(self) -> bool:
        """Whether no line is at hand."""
        return self.at == len(self._data)

    def fill(self) -> bool:
        """Have lines at hand, if there are any."""
        while self.is_empty:
            data = self._reader.read()
            if data is None:
                return False
            self._data, self.at, self.given = data, 0, 0
        return True

    def take_all(self) -> list[Chunk]:
        """All lines at hand that are wanted."""
        return self._taken(len(self._data))

    def take_until(self, time: datetime) -> list[Chunk]:
        """The lines at hand that are no younger than *time*, at least one."""
        end = self._line_end()
        while end < len(self._data) and self.time(end) <= time:
            end = self._line_end(end)
        return self._taken(end)

    def time(self, at: int | None = None) -> datetime:
        """That of the line that begins at *at* (by default the first at hand), or of those before it."""
        start = self.at if at is None else at
        line = self._data[start : self._line_end(start) - 1]
        self._time = time_of(self.source.plain(line)) or self._time
        return self._time

    def rest(self) -> list[Chunk]:
        """The unfinished last line, if it is wanted."""
        self._data, self.at = self._reader.rest(), 0
        return self.take_all() if self._data else []

    def mark(self) -> Mark:
        """Where what has not arrived begins."""
        return self._reader.mark(len(self._data) - self.given)

    def _line_end(self, start: int | None = None) -> int:
        return self._data.find(b"\n", self.at if start is None else start) + 1 or len(self._data)

    def _taken(self, end: int) -> list[Chunk]:
        data = self._passing(self._data[self.at : end])
        self.at = end
        return [Chunk(self.source, data)] if data else []

    def _passing(self, lines: bytes) -> bytes:
        if self._test is None:
            return lines
        end = b"\n" if lines.endswith(b"\n") else b""
        kept = [line for line in lines.removesuffix(b"\n").split(b"\n") if self._test(line)]
        return b"\n".join(kept) + end if kept else b""


def _merged(feeds: Sequence[_Feed]) -> list[Chunk]:
    """Lines of *feeds* by their times, until one of them has none at hand: what comes there is not known."""
    chunks: list[Chunk] = []
    times = [feed.time() for feed in feeds]
    while True:
        first = min(range(len(feeds)), key=times.__getitem__)
        others = min(time for i, time in enumerate(times) if i != first)
        chunks += feeds[first].take_until(others)
        if feeds[first].is_empty:
            return chunks
        times[first] = feeds[first].time()
