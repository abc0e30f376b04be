"""Stretches of logs read by several processes, at low priority: the machine has a registry to run."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeVar, cast

from glctl.errors import GlctlError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from typing import Any, Self

    from glctl.logs.stretches import Stretch

# What one process reads before others have begun (measured: some 10 ms).
ALONE = 16 << 20  # bytes
_NICE = 15  # the kernel's I/O priority follows: the lowest that is not idle (ioprio_set(2))
_LOOK = 0.1  # seconds between two looks at how far the others are
_NUMBER = 8  # bytes of one, in what processes share


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
    """What is counted in each stretch, with its number, in the order in which they are ready.

    Forked by hand: multiprocessing's own processes and counters take as long to import as 30 MB to read.
    """
    import mmap
    from multiprocessing.connection import Pipe, wait

    numbers = _to_take(len(stretches))
    read = memoryview(mmap.mmap(-1, count * _NUMBER)).cast("q")  # bytes that each process has read
    processes: dict[Connection, int] = {}  # what each sends its results through
    try:
        for number in range(count):
            ours, theirs = Pipe(duplex=False)
            if not (pid := os.fork()):
                _work(work, stretches, numbers, read[number : number + 1], theirs)
            theirs.close()
            processes[ours] = pid
        left = len(stretches)
        while left:
            for pipe in cast("list[Connection]", wait(processes, _LOOK)):
                try:
                    result, error = pipe.recv()
                except EOFError:
                    os.waitpid(processes.pop(pipe), 0)
                    continue
                if error:
                    raise error
                left -= 1
                yield result
            progress(sum(read))
            if left and not processes:
                raise GlctlError(
                    "A process that read logs was ended from outside.", "Free some memory, and try again."
                )
    finally:
        for pid in processes.values():
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        os.close(numbers)


def _to_take(count: int) -> int:
    """A file of all numbers below *count*. Processes that have it from their parent share the place in it."""
    numbers = os.memfd_create("numbers")
    os.write(numbers, b"".join(number.to_bytes(_NUMBER, "big") for number in range(count)))
    os.lseek(numbers, 0, os.SEEK_SET)
    return numbers


def _work(
    work: Callable[[Stretch, Callable[[int], None]], Any],
    stretches: Sequence[Stretch],
    numbers: int,
    told: memoryview,
    results: Connection,
) -> NoReturn:
    """In a process of its own: read what no other has taken, until there is nothing left."""
    # The machine's own work goes first; Ctrl-C is for the parent, who then ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)

    def tell(size: int) -> None:
        told[0] += size

    try:
        while taken := os.read(numbers, _NUMBER):
            number = int.from_bytes(taken, "big")
            results.send(((number, work(stretches[number], tell)), None))
    except Exception as exc:  # noqa: BLE001 - the parent's to raise
        with suppress(BrokenPipeError):  # who has gone
            results.send((None, exc))
    finally:
        os._exit(0)  # the parent's own clean-up is not ours
