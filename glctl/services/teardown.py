"""Ending a root's supervisor and all that runs under it, orphans included, and nothing else."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from signal import SIGCONT, SIGHUP, SIGKILL, SIGTERM, Signals
from typing import TYPE_CHECKING

from glctl.errors import GlctlError
from glctl.paths import SERVICE_DIR, SV_DIR
from glctl.services.catalog import SERVICES
from glctl.services.processes import Process, environment, everyone, in_our_pid_namespace
from glctl.services.supervisor import MARKER, supervises

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.paths import Root

GRACE = 10.0  # seconds for services to end by themselves
_KILL_GRACE = 2.0  # what is killed goes at once, svlogd then still writes what it has
_POLL = 0.05

# Programs known for ours by the directory they run in as well: nginx overwrites its environment, and a
# runsvdir may have been started without glctl.
_BY_DIRECTORY = {"runsv", "svlogd", *(program for service in SERVICES for program in service.programs)}


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that :func:`down` saw end; *killed* where it did not by itself."""

    process: Process
    killed: bool


def down(root: Root, *, grace: float = GRACE) -> tuple[Ended, ...]:
    """End runsvdir and everything under it, also what a killed one left behind; returns what ended.

    Raises GlctlError where something may not be ended or does not.
    """
    seen: dict[Process, bool] = {}
    asked: set[Process] = set()
    for stage, seconds in enumerate((grace, _KILL_GRACE, _KILL_GRACE)):
        deadline = time.monotonic() + seconds
        while (left := members(root)) and time.monotonic() < deadline:
            for process in left:
                seen.setdefault(process, False)
            if stage == 0:
                asked.update(_ask(left, asked))
            else:
                # Services first: their runsv and svlogd then end in order, with the last lines written.
                victims = [p for p in left if stage == 2 or p.name not in ("runsv", "svlogd")]
                _send(victims, SIGKILL)
                seen.update(dict.fromkeys(victims, True))
            time.sleep(_POLL)
    if left:
        named = ", ".join(f"{process.name} (pid {process.pid})" for process in left)
        raise GlctlError(f"Still there after SIGKILL: {named}.", "The kernel holds them: look at their disk.")
    return tuple(Ended(process, killed) for process, killed in seen.items())


def members(root: Root) -> tuple[Process, ...]:
    """All processes that belong to this root: its runsvdir and what it started, orphans included."""
    processes = {process.pid: process for process in everyone() if process.pid != os.getpid()}
    own = {pid for pid, process in processes.items() if _is_ours(process, root)}
    while more := {p.pid for p in processes.values() if p.parent in own} - own:
        own |= more
    return tuple(processes[pid] for pid in sorted(own))


def _is_ours(process: Process, root: Root) -> bool:
    if process.name == "runsvdir":
        return supervises(process, root)
    marked = f"{MARKER}={root.at(SERVICE_DIR)}" in environment(process.pid)
    return (marked or _runs_in_sv(process, root)) and in_our_pid_namespace(process.pid)


def _runs_in_sv(process: Process, root: Root) -> bool:
    if process.name not in _BY_DIRECTORY:
        return False
    try:
        directory = Path(f"/proc/{process.pid}/cwd").readlink()
    except OSError:
        return False
    return directory.is_relative_to(root.at(SV_DIR).resolve())


def _ask(left: Iterable[Process], asked: set[Process]) -> set[Process]:
    """Ask those to end whom nobody else asks; returns all who have been asked with that."""
    left = tuple(left)
    pids = {process.pid for process in left}
    tops = [process for process in left if process.parent not in pids and process not in asked]
    supervisors = {process.pid for process in tops if process.name == "runsvdir"}
    # runsvdir hands a HUP down as TERM, runsv terminates its service and closes the log's pipe, upon which
    # svlogd writes what it has and ends. Asking twice might make a service hurry.
    _send((process for process in tops if process.pid in supervisors), SIGHUP)
    _send((p for p in tops if p.pid not in supervisors and p.name != "svlogd"), SIGTERM)
    _send(tops, SIGCONT)
    return {*tops, *(process for process in left if process.parent in supervisors)}


def _send(processes: Iterable[Process], number: Signals) -> None:
    for process in processes:
        try:
            process.send(number)
        except PermissionError as exc:
            raise GlctlError(
                f"This user may not end {process.name} (pid {process.pid}).",
                "Run glctl as root, or as the user who started the services.",
            ) from exc
