"""Ending a root's supervisor and all that runs under it, orphans included, and nothing else."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from signal import SIGCONT, SIGHUP, SIGKILL, SIGTERM, Signals
from typing import TYPE_CHECKING

from glctl.errors import GlctlError
from glctl.paths import SERVICE_DIR, SV_DIR
from glctl.services.processes import (
    Process,
    environment,
    everyone,
    is_contained,
    link,
    link_text,
    read,
    with_descendants,
)
from glctl.services.runit import last_known
from glctl.services.supervisor import MARKER, supervises

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from glctl.paths import Root
    from glctl.services.catalog import Service

GRACE = 10.0  # seconds for services to end by themselves
_ORPHAN_GRACE = 5.0
_KILL_GRACE = 5.0  # what is killed goes at once; its runsv may sleep for 1, svlogd writes what it has
_POLL = 0.05
_SAME_START = 2.0  # seconds between a start as runsv notes it and as the kernel does, at most


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that :func:`down` saw end; *killed* where it did not by itself."""

    process: Process
    killed: bool


def down(root: Root, *, grace: float = GRACE) -> tuple[Ended, ...]:
    """End runsvdir and everything under it, also what a killed one left behind; returns what ended.

    Raises GlctlError where something may not be ended or does not.
    """
    seen: dict[Process, None] = {}
    asked: set[Process] = set()
    killed: set[Process] = set()
    stages: tuple[tuple[float, Callable[[tuple[Process, ...]], None]], ...] = (
        (grace, lambda left: asked.update(_ask(left, asked))),
        # Services first: their runsv and svlogd then end by themselves, with the last lines written.
        (
            _KILL_GRACE,
            lambda left: killed.update(_kill(p for p in left if p.name not in ("runsv", "svlogd"))),
        ),
        (_KILL_GRACE, lambda left: killed.update(_kill(left))),
    )
    for seconds, tell in stages:
        deadline = time.monotonic() + seconds
        while (left := members(root)) and time.monotonic() < deadline:
            seen.update(dict.fromkeys(left))
            tell(left)
            time.sleep(_POLL)
    if left:
        named = ", ".join(f"{process.name} (pid {process.pid})" for process in left)
        raise GlctlError(f"Still there after SIGKILL: {named}.", "The kernel holds them: look at their disk.")
    return tuple(Ended(process, process in killed) for process in seen)


def end_orphans(root: Root, service: Service) -> tuple[Process, ...]:
    """End what a killed master of *service* has left behind: it keeps the ports. Returns what was ended."""
    seen: dict[Process, None] = {}
    for seconds, number in ((_ORPHAN_GRACE, SIGTERM), (_KILL_GRACE, SIGKILL)):
        deadline = time.monotonic() + seconds
        while (left := _orphans(root, service)) and time.monotonic() < deadline:
            _send((process for process in left if process not in seen or number == SIGKILL), number)
            seen.update(dict.fromkeys(left))
            time.sleep(_POLL)
        if not left:
            break
    return tuple(seen)


def _orphans(root: Root, service: Service) -> tuple[Process, ...]:
    """Its processes whose parent is neither its master nor a runsv, told from the parent as it is now."""
    keepers = {*service.programs, "runsv"}
    own = (process for process in members(root) if process.name in service.programs)
    return tuple(p for p in own if (parent := read(p.parent)) is None or parent.name not in keepers)


def members(root: Root) -> tuple[Process, ...]:
    """All processes that belong to this root: its runsvdir and what it started, orphans included."""
    processes = {process.pid: process for process in everyone() if process.pid != os.getpid()}
    marked = f"{MARKER}={root.at(SERVICE_DIR)}"
    own = {pid for pid, process in processes.items() if _is_ours(process, root, marked)}
    own |= {pid for pid in _last_known(root) if pid in processes}
    pipes = {_pipe(pid, 0) for pid in own if processes[pid].name == "svlogd"} - {""}
    own |= {pid for pid in processes if {_pipe(pid, 1), _pipe(pid, 2)} & pipes}
    return tuple(processes[pid] for pid in sorted(with_descendants(own, processes.values())))


def _is_ours(process: Process, root: Root, marked: str) -> bool:
    """What glctl's runsvdir started has the marker; runsv and svlogd are known by their directory, too."""
    found = marked in environment(process.pid)
    if not found and process.name in ("runsv", "svlogd"):
        found = link(process.pid, "cwd").is_relative_to(root.at(SV_DIR).resolve())
    return (found and not is_contained(process.pid)) or supervises(process, root)


def _last_known(root: Root) -> Iterator[int]:
    """The processes that a runsv has noted, whether it still runs or not.

    nginx overwrites its environment, marker included; its workers go on when it is killed.
    """
    for run in root.at(SV_DIR).glob("*/run"):
        status = last_known(run.parent)
        process = read(status.pid) if status and status.pid else None
        if status and process and abs(process.began - status.since) < _SAME_START:
            yield process.pid


def _pipe(pid: int, descriptor: int) -> str:
    """The pipe that is open there, if one is: what a service writes is read by its svlogd."""
    target = link_text(pid, f"fd/{descriptor}")
    return target if target.startswith("pipe:") else ""


def _ask(left: tuple[Process, ...], asked: set[Process]) -> set[Process]:
    """Ask those to end whom nobody else asks; returns all who have been asked with that."""
    pids = {process.pid for process in left}
    tops = [process for process in left if process.parent not in pids and process not in asked]
    supervisors = {process.pid for process in tops if process.name == "runsvdir"}
    # runsvdir hands a HUP down as TERM, runsv terminates its service and closes the log's pipe, upon which
    # svlogd writes what it has and ends. Asking twice might make a service hurry.
    _send((process for process in tops if process.pid in supervisors), SIGHUP)
    _send((p for p in tops if p.pid not in supervisors and p.name != "svlogd"), SIGTERM)
    _send(tops, SIGCONT)
    return {*tops, *(process for process in left if process.parent in supervisors)}


def _kill(processes: Iterable[Process]) -> tuple[Process, ...]:
    victims = tuple(processes)
    _send(victims, SIGKILL)
    return victims


def _send(processes: Iterable[Process], number: Signals) -> None:
    for process in processes:
        try:
            process.send(number)
        except PermissionError as exc:
            raise GlctlError(
                f"This user may not end {process.name} (pid {process.pid}).",
                "Run glctl as root, or as the user who started the services.",
            ) from exc
