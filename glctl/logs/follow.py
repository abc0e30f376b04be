"""Several sources followed as one: what arrives first is told first."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.logs.inotify import Watcher
from glctl.logs.reader import SourceReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from glctl.logs.filters import LineFilter
    from glctl.logs.sources import LogSource


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of one source, or a piece of a line too long to be held (it has no newline at its end)."""

    source: LogSource
    data: bytes


def tail(
    sources: Sequence[LogSource],
    last: int,
    *,
    follow: bool = True,
    wanted: LineFilter | None = None,
    output: int | None = None,
) -> Iterator[Chunk]:
    """The last *last* lines of each source, then, with *follow*, what is added, for ever.

    With *wanted*, only such lines are given and counted. Nothing is read before it is asked for.
    BrokenPipeError when nobody reads the descriptor *output* any more.
    """
    with contextlib.ExitStack() as stack:
        watcher = None
        if follow:  # before the first look: nothing can happen unseen between the two
            watcher = Watcher({source.path.parent for source in sources}, output)
            stack.callback(watcher.close)
        readers = []
        for source in sources:
            readers.append(SourceReader(source, last, wanted))
            stack.callback(readers[-1].close)
        while True:
            waiting = True
            for reader in readers:
                if (data := reader.read()) is not None:
                    waiting = False
                    if data:
                        yield Chunk(reader.source, data)
            if not waiting:
                continue
            if watcher is None:
                break
            watcher.wait()
        for reader in readers:
            if data := reader.rest():
                yield Chunk(reader.source, data)
