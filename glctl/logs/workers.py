"""Stretches of logs read by several processes, at low priority: the machine has a registry to run."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

from glctl.errors import GlctlError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from typing import Any, Self

    from glctl.logs.stretches import Stretch

# What one process reads before a second would have started (measured: some 60 ms for two).
ALONE = 64 << 20  # bytes
_NICE = 10
_LOOK = 0.1  # seconds between two looks at how far the others are


class Counted(Protocol):
    """What was counted in a stretch. *join* adds what was counted in the one behind it."""

    def join(self, other: Self) -> None: ...


_T = TypeVar("_T", bound=Counted)


def count_all(
    work: Callable[[Stretch, Callable[[int], None]], _T],
    stretches: Sequence[Stretch],
    total: _T,
    progress: Callable[[int], None],
    workers: int | None = None,
) -> _T:
    """*total* joined by what *work* counts in all *stretches*, in their order.

    *work* is given a stretch, and what to tell how many bytes of it were read since that was last told;
    *progress* is told how many of all were read so far. With more than a little to read, several processes
    (*workers*; by default one for each core) read it.
    """
    processes = min(workers or len(os.sched_getaffinity(0)), len(stretches))
    if processes < 2 or sum(map(size_of, stretches)) < ALONE:
        read = 0

        def tell(size: int) -> None:
            nonlocal read
            read += size
            progress(read)

        for stretch in stretches:
            total.join(work(stretch, tell))
        return total
    early: dict[int, _T] = {}  # what is behind something that is not ready
    wanted = 0
    for number, counted in _side_by_side(work, stretches, processes, progress):
        early[number] = counted
        while wanted in early:
            total.join(early.pop(wanted))
            wanted += 1
    return total


def size_of(stretch: Stretch) -> int:
    """Bytes on disk of *stretch*; 0 where that is not known, as of a pipe."""
    try:
        end = stretch.path.stat().st_size if stretch.end is None else stretch.end
    except OSError:
        return 0
    return max(0, end - stretch.start)


def _side_by_side(
    work: Callable[[Stretch, Callable[[int], None]], _T],
    stretches: Sequence[Stretch],
    count: int,
    progress: Callable[[int], None],
) -> Iterator[tuple[int, _T]]:
    """What is counted in each stretch, with its number, in the order in which they are ready."""
    from multiprocessing import get_context
    from multiprocessing.connection import wait

    # Forked, since what a new interpreter would have to import is here already.
    context = get_context("fork")
    taken, read = context.Value("q", 0), context.Value("q", 0)
    processes, pipes = [], []
    try:
        for _ in range(count):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(work, stretches, taken, read, theirs), daemon=True)
            process.start()
            theirs.close()
            processes.append(process)
            pipes.append(ours)
        left = len(stretches)
        while left:
            for pipe in cast("list[Connection]", wait(pipes, _LOOK)):
                try:
                    result = pipe.recv()
                except EOFError:
                    pipes.remove(pipe)
                    continue
                left -= 1
                yield result
            progress(read.value)
            if left and not pipes:
                raise GlctlError(
                    "A process that read logs was ended from outside.", "Free some memory, and try again."
                )
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _work(
    work: Callable[[Stretch, Callable[[int], None]], Any],
    stretches: Sequence[Stretch],
    taken: Any,
    read: Any,
    results: Connection,
) -> None:
    """In a process of its own: read what no other has taken, until there is nothing left."""
    import psutil

    # The machine's own work goes first; Ctrl-C is for the parent, who then ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    with suppress(OSError, AttributeError):
        psutil.Process().ionice(psutil.IOPRIO_CLASS_BE, 7)

    def tell(size: int) -> None:
        with read.get_lock():
            read.value += size

    with suppress(BrokenPipeError):  # the parent has gone
        while True:
            with taken.get_lock():
                number = taken.value
                taken.value += 1
            if number >= len(stretches):
                return
            results.send((number, work(stretches[number], tell)))
