"""Stretches of logs swept by several processes, at low priority: the machine has a registry to run."""

from __future__ import annotations

import os
import signal
from functools import partial
from typing import TYPE_CHECKING

from glctl.logs.sweep import sweep
from glctl.logs.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from glctl.logs.stretches import Stretch, Window

# What one process reads before a second would have started (measured: some 60 ms for the pool).
ALONE = 64 << 20  # bytes
_NICE = 10


def sweep_all(
    stretches: Sequence[Stretch],
    window: Window,
    progress: Callable[[Tally], None],
    workers: int | None = None,
) -> Tally:
    """What all *stretches* tell, in their order. *progress* is told what was counted so far.

    With more than a little to read, several processes (*workers*; by default one for each core) read it.
    """
    total = Tally()
    count = min(workers or len(os.sched_getaffinity(0)), len(stretches))
    alone = count < 2 or sum(_size(stretch) for stretch in stretches) < ALONE
    for tally in _one_by_one(stretches, window) if alone else _side_by_side(stretches, window, count):
        total.join(tally)
        progress(total)
    return total


def _one_by_one(stretches: Iterable[Stretch], window: Window) -> Iterable[Tally]:
    return (sweep(stretch, window) for stretch in stretches)


def _side_by_side(stretches: Sequence[Stretch], window: Window, count: int) -> Iterable[Tally]:
    from multiprocessing import get_context

    # Forked, since what a new interpreter would have to import is here already.
    with get_context("fork").Pool(count, _begin) as pool:
        yield from pool.imap(partial(sweep, window=window), stretches)


def _begin() -> None:
    """In a worker: the machine's own work goes first, and Ctrl-C is for the parent, who then ends us."""
    import psutil

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICE)
    psutil.Process().ionice(psutil.IOPRIO_CLASS_BE, 7)


def _size(stretch: Stretch) -> int:
    return (stretch.end if stretch.end is not None else stretch.path.stat().st_size) - stretch.start
