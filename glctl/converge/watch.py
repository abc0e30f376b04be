"""Seeing services come up, and stay up."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from glctl.services.runit import look

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from glctl.converge.health import Probe
    from glctl.services.catalog import Service
    from glctl.services.control import Verb
    from glctl.services.runit import Status

SECONDS = 3.0  # how long services are watched; a registry that cannot go on ends within two
_TOO_MANY = 2  # ends; runsv starts it again each second, and what ends a third time always does
_POLL = 0.05


def come_up(directory: Path, verb: Verb, before: Status) -> str:
    """Wait until *verb* has had its effect on a service; returns why it has not, or nothing."""
    from glctl.services import control

    outcome = control.wait(directory, verb, before, max_ends=_TOO_MANY)
    if outcome.ok:
        return ""
    if verb.name == "reload":
        return "its workers are still the old ones, it does not accept its configuration"
    if outcome.ends > 1:
        return f"it ended {outcome.ends} times within {outcome.waited:.0f} s"
    return f"after {outcome.waited:.0f} s its state is {outcome.status.state}: {outcome.status}"


def answers(service: Service, directory: Path, probe: Probe, *, upstream_down: bool = False) -> str:
    """Wait until *service* answers; returns why it does not, or nothing.

    An answer counts only from a process that was there before the question and still is after it: on the
    port of one that cannot have it, somebody else may answer.
    """
    from glctl.converge import health

    given_up = _crash_loop(directory)
    while True:
        asked = look(directory)
        reason = health.await_answer(service, probe, upstream_down=upstream_down, given_up=given_up)
        if reason or _same(asked, look(directory)):
            return reason


def watch(directories: Mapping[str, Path], seconds: float) -> tuple[str, str] | None:
    """Look at all services, by name, for *seconds*; returns the first that falls, and what was seen of it."""
    begun = time.monotonic()
    first = {name: look(directory) for name, directory in directories.items()}
    while (passed := time.monotonic() - begun) < seconds:
        for name, directory in directories.items():
            if not _same(first[name], look(directory)):
                return name, f"ended within {passed:.1f} s"
        time.sleep(_POLL)
    return None


def _same(before: Status, now: Status) -> bool:
    return now.is_up and (now.pid, now.since) == (before.pid, before.since)


def _crash_loop(directory: Path) -> Callable[[], str]:
    """Tells, each time it is asked, whether the service starts over and over, or is not to run any more."""
    begun = time.monotonic()
    starts: set[float] = set()
    ends: set[float] = set()

    def given_up() -> str:
        now = look(directory)
        if now.want == "down":
            return "it was stopped"
        if now.state in ("run", "down"):  # until ./finish has ended, it is as old as the run was
            (starts if now.state == "run" else ends).add(now.since)
        count = max(len(starts) - 1, len(ends))  # one that ends at once is hardly ever seen to run
        return "" if count <= _TOO_MANY else f"it ended {count} times within {time.monotonic() - begun:.0f} s"

    return given_up
