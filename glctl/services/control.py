"""Telling a service what to do, and waiting until it has happened."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from signal import SIGKILL
from typing import TYPE_CHECKING

from glctl.services.processes import Process, everyone, with_descendants
from glctl.services.runit import Status, look, write_control
from glctl.services.usage import children, is_working

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.services.catalog import Service

TIMEOUT = 7.0  # seconds, sv's own default
SETTLE = 1.0  # seconds; a process that ends sooner counts as a failed start for runsv, too: it pauses then
_KILLED_WITHIN = 1.0  # seconds
_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Verb:
    """Something a service can be told: the letters for runsv, and how to see that it has been done.

    *is_done* compares a status with the one from before the letters were written; None: nothing to wait for.
    *needs_process*: without a running process the letters would go nowhere.
    """

    name: str
    letters: bytes
    is_done: Callable[[Status, Status], bool] | None = None
    needs_process: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a verb: *status* is what was seen last, after *waited* seconds.

    *ends* counts how often the service went down meanwhile: more than once is a crash loop.
    """

    ok: bool
    status: Status
    waited: float = 0.0
    ends: int = 0


def _is_up(now: Status, _before: Status) -> bool:
    return now.is_up


def _has_run(now: Status, before: Status) -> bool:
    return now.state == "run" or now.since != before.since


def _is_another(now: Status, before: Status) -> bool:
    # Not "up, and young": within a second of a start, runsv waits another second before it starts again, and
    # sv takes the old process for the new one. The time tells apart what the kernel gave the same pid.
    return now.is_up and (now.pid, now.since) != (before.pid, before.since)


def _is_down(now: Status, _before: Status) -> bool:
    # Down but wanted up is runsv's pause between two starts.
    return now.state == "down" and now.want == "down"


def _is_gone(now: Status, _before: Status) -> bool:
    return not now.is_supervised


# The letters: runsv(8).
START = Verb("start", b"uc", _is_up)  # c: go on; a paused service is not up
STOP = Verb("stop", b"d", _is_down)
RESTART = Verb("restart", b"tcu", _is_another)
ONCE = Verb("once", b"oc", _has_run)
EXIT = Verb("exit", b"x", _is_gone)  # ends runsv and the log, too; runsvdir restarts what is still linked
HUP = Verb("hup", b"h", needs_process=True)
INT = Verb("int", b"i", needs_process=True)
TERM = Verb("term", b"t", needs_process=True)
KILL = Verb("kill", b"k", needs_process=True)
USR1 = Verb("usr1", b"1", needs_process=True)
USR2 = Verb("usr2", b"2", needs_process=True)


def reload(service: Service, directory: Path) -> Verb:
    """What makes *service* read its configuration again: a signal, or a restart where it knows none.

    nginx answers HUP with new worker processes, or stays as it is if it does not like its files and says so
    in its log only. So the verb is done when workers are there that were not there before this call, and
    two looks show the same ones: all have been started, none is left to be taken for that of a next reload.
    """
    if service.reload is None:
        return RESTART
    if not service.replaces_workers:
        return HUP
    pid = look(directory).pid
    old = set(children(pid)) if pid else set()
    seen: set[int] = set()

    def has_new_workers(now: Status, _before: Status) -> bool:
        nonlocal seen
        last, seen = seen, set(children(now.pid)) - old if now.pid else set()
        return bool(seen) and seen == last

    return Verb("reload", HUP.letters, has_new_workers, needs_process=True)


def with_workers(service: Service, verb: Verb) -> Verb:
    """*verb*, done only once the service's workers are there, too.

    nginx's master tries for 2.5 s to get its ports before it gives up: that it runs says nothing (observed).
    """
    came_up = verb.is_done
    if not service.replaces_workers or came_up is None or verb not in (START, RESTART):
        return verb

    return replace(verb, is_done=lambda now, before: came_up(now, before) and is_working(service, now))


def send(directory: Path, verb: Verb) -> Status:
    """Tell the runsv of *directory*, where there is one, what to do; returns the state from before.

    Raises GlctlError where this user may not.
    """
    before = look(directory)
    orphans = _descendants(before.pid) if verb is KILL and before.pid else []
    if before.is_supervised and not write_control(directory, verb.letters):
        return look(directory)  # runsv has just ended
    if orphans:
        # runsv kills the main process only: nginx's workers would go on, and keep the next one from its port.
        _await_end(directory, before)
        for orphan in orphans:
            orphan.send(SIGKILL)
    return before


def _descendants(pid: int) -> list[Process]:
    processes = list(everyone())
    found = with_descendants({pid}, processes) - {pid}
    return [process for process in processes if process.pid in found]


def _await_end(directory: Path, before: Status) -> None:
    deadline = time.monotonic() + _KILLED_WITHIN
    while look(directory).since == before.since and time.monotonic() < deadline:
        time.sleep(_POLL)


def wait(
    directory: Path,
    verb: Verb,
    before: Status,
    *,
    timeout: float = TIMEOUT,
    settle: float = 0.0,
    max_ends: int | None = None,
) -> Outcome:
    """Wait until *verb* has had its effect and, where the service then runs, this has lasted *settle* s.

    *before* is what :func:`send` returned. A service that comes up and ends again and again runs out of time,
    or is given up when it has ended more than *max_ends* times.
    """
    if not before.is_supervised:
        return Outcome(verb.is_done is _is_gone, before)
    if verb.is_done is None or (verb.needs_process and before.pid is None):
        return Outcome(before.pid is not None or not verb.needs_process, before)
    begun = time.monotonic()
    ends: set[float] = set()
    entered, first_seen = 0.0, 0.0
    while True:
        now = look(directory)
        waited = time.monotonic() - begun
        if now.since != entered:
            entered, first_seen = now.since, waited
        if now.state == "down" and now.since != before.since:
            ends.add(now.since)
        # How long we have seen it counts as well: the clock may have been set back since it started.
        settled = not now.is_up or max(now.seconds, waited - first_seen) >= settle
        if settled and verb.is_done(now, before):
            return Outcome(True, now, waited, len(ends))
        if waited >= timeout or (max_ends is not None and len(ends) > max_ends):
            return Outcome(False, now, waited, len(ends))
        time.sleep(_POLL)


def act(directory: Path, verb: Verb, *, timeout: float = TIMEOUT, settle: float = 0.0) -> Outcome:
    """:func:`send`, then :func:`wait`."""
    return wait(directory, verb, send(directory, verb), timeout=timeout, settle=settle)
