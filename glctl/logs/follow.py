"""Several sources followed as one: what is there is merged by time, then what arrives first is told first."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from glctl.logs.inotify import Watcher
from glctl.logs.output import PIPE_BUF, let_in
from glctl.logs.reader import SourceReader
from glctl.logs.records import time_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from glctl.logs.cursor import Cursor, Mark
    from glctl.logs.filters import LineFilter
    from glctl.logs.output import Output
    from glctl.logs.sources import LogSource

SAVE_EVERY = 0.2  # seconds between two writings of a cursor while no line that comes is wanted
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of one source, or a piece of a line too long to be held (it has no newline at its end)."""

    source: LogSource
    data: bytes


class Follower:
    """The last *last* lines of *sources* (None: from *wanted*'s window on), then, with *follow*, what comes.

    With *wanted*, only such lines are given and counted. A *cursor* knows where reading goes on instead.
    Nothing is read before it is asked for. With a cursor, about *at_once* bytes of lines are given at a time.
    *output*: where they are written to; when nobody reads it any more, following ends in a BrokenPipeError.
    *tell* is told of lines that are lost.
    """

    def __init__(
        self,
        sources: Sequence[LogSource],
        last: int | None,
        *,
        follow: bool = True,
        wanted: LineFilter | None = None,
        cursor: Cursor | None = None,
        at_once: int = PIPE_BUF,
        output: Output | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._cursor = cursor
        self._output = output
        self._at_once = at_once if cursor else None
        self._moved = True  # since the cursor was saved
        self._until = wanted.window.until if wanted else None
        self._opened = contextlib.ExitStack()
        if cursor:
            self._opened.callback(cursor.close)
            if output:
                output.go_on_from(cursor.end)
        self._watcher: Watcher | None = None
        if follow:  # before the first look: nothing can happen unseen between the two
            self._watcher = Watcher(
                {source.path.parent for source in sources}, output.descriptor if output else None
            )
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

        What was given has arrived when more is asked for. Then the cursor is saved. A list is empty where all
        that was there when following began has been given.
        """
        waited = False
        try:
            self._save(self._feeds)  # a kill from here on repeats nothing
            while self._has_more():
                if ready := [feed for feed in self._feeds if feed.fill()]:
                    yield from self._at_hand(ready)
                elif self._watcher:
                    if self._moved:
                        self._save(self._feeds)
                    if not waited:
                        waited = True
                        yield []
                    self._watcher.wait()
                else:
                    break
            unfinished = [] if self._watcher or self._cursor else [feed.rest() for feed in self._feeds]
            yield [chunk for chunks in unfinished for chunk in chunks]
        finally:
            try:
                self._save(self._feeds, lasting=True)
            finally:
                self._opened.close()

    def _at_hand(self, ready: Sequence[_Feed]) -> Iterator[list[Chunk]]:
        """The lines of *ready* until one has none at hand: what comes there is not known."""
        while not any(feed.is_empty for feed in ready):
            chunks = _merged(ready, self._at_once) if len(ready) > 1 else ready[0].take(self._at_once)
            if chunks:
                yield chunks
            for feed in ready:
                feed.given = feed.at
            self._moved = True
            if self._cursor and (chunks or self._cursor.age >= SAVE_EVERY):
                self._save(ready)

    def _has_more(self) -> bool:
        with let_in():
            pass
        if self._output:
            self._output.check()
        return not (self._watcher and self._until and datetime.now(UTC) >= self._until)

    def _save(self, feeds: Sequence[_Feed], *, lasting: bool = False) -> None:
        """Save in the cursor, if there is one, how far *feeds* have come."""
        if self._cursor:
            self._moved = False
            end = self._output.end() if self._output else []
            self._cursor.save({feed.source: feed.mark() for feed in feeds}, end, lasting=lasting)


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

    def take(self, limit: int | None = None) -> list[Chunk]:
        """The lines at hand that are wanted; with a *limit*, of so many bytes, and at least of one line."""
        end = len(self._data)
        if limit is not None and end - self.at > limit:
            end = self._data.rfind(b"\n", self.at, self.at + limit) + 1 or self._line_end()
        return self._taken(end)

    def take_until(self, time: datetime, limit: int | None = None) -> list[Chunk]:
        """As :meth:`take`, of the lines that are no younger than *time*."""
        end, last = self._line_end(), len(self._data) if limit is None else self.at + limit
        while end < min(last, len(self._data)) and self.time(end) <= time:
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
        return self.take() if self._data else []

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


def _merged(feeds: Sequence[_Feed], limit: int | None) -> list[Chunk]:
    """Lines of *feeds* by their times, until one of them has none at hand, or they have *limit* bytes."""
    chunks: list[Chunk] = []
    times = [feed.time() for feed in feeds]
    while True:
        first = min(range(len(feeds)), key=times.__getitem__)
        others = min(time for i, time in enumerate(times) if i != first)
        chunks += feeds[first].take_until(others, limit)
        if feeds[first].is_empty or (limit and sum(len(chunk.data) for chunk in chunks) >= limit):
            return chunks
        times[first] = feeds[first].time()
