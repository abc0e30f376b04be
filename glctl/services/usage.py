"""What a running service uses, over all its processes. Reads /proc itself: ``status`` must be quick."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.services.processes import read

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.services.catalog import Service
    from glctl.services.runit import Status

_PAGE = os.sysconf("SC_PAGE_SIZE")


def memory(pid: int) -> int | None:
    """Resident bytes of *pid* and all that descends from it; pages that they share count for each.

    None where nothing of it runs any more.
    """
    return _total(_resident, pid)


def open_files(pid: int) -> int | None:
    """How many descriptors *pid* and all that descends from it have open; None where they may not be seen."""
    return _total(_descriptors, pid)


def children(pid: int) -> tuple[int, ...]:
    """The direct children of *pid*; empty where the kernel does not tell (CONFIG_PROC_CHILDREN)."""
    try:
        return tuple(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    except OSError:
        return ()


def is_guarded(status: Status) -> bool:
    """Whether the runsv of a service that runs has its runsvdir still: without, nobody starts a runsv that
    ends.
    """
    service = read(status.pid) if status.pid else None
    runsv = read(service.parent) if service else None
    runsvdir = read(runsv.parent) if runsv else None
    return runsvdir is not None and runsvdir.name == "runsvdir"


def is_working(service: Service, status: Status) -> bool:
    """Whether *service* is up, with the workers that it needs."""
    has_workers = not service.replaces_workers or (status.pid is not None and bool(children(status.pid)))
    return status.is_up and has_workers


def _total(measure: Callable[[int], int | None], pid: int) -> int | None:
    family = [pid]
    for member in family:  # grows as it goes
        family += children(member)
    measured = [amount for member in family if (amount := measure(member)) is not None]
    return sum(measured) if measured else None


def _resident(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return None


def _descriptors(pid: int) -> int | None:
    try:
        with os.scandir(f"/proc/{pid}/fd") as entries:
            return sum(1 for _ in entries)
    except OSError:
        return None
