"""Looking at services long enough to tell one that has just started from one that starts over and over."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from glctl.services import runit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from glctl.services.runit import Status

_YOUNG = 3.0  # seconds; a service this young may be crash looping, and is looked at again
_LONGEST = 1.3  # seconds of looking at one try; runsv tries again one second after a service has ended
_POLL = 0.02


@dataclass(frozen=True, slots=True)
class Seen:
    """A service as it was seen: *first*, and last. *looping*: it ended between two looks."""

    first: Status
    status: Status
    looping: bool = False


def watch(directories: Mapping[str, Path]) -> dict[str, Seen]:
    """Each service by its name; those that are young or wait are looked at until they end or settle.

    Raises GlctlError where this user may not look.
    """
    first = {name: runit.look(directory) for name, directory in directories.items()}
    seen = {name: Seen(status, status) for name, status in first.items()}
    until = time.monotonic() + _LONGEST
    unsettled = {name: until for name, status in first.items() if _is_unsettled(status)}
    while unsettled:
        time.sleep(_POLL)
        for name, until in tuple(unsettled.items()):
            before, now = seen[name].status, runit.look(directories[name])
            seen[name] = Seen(first[name], now, looping=_has_ended(before, now))
            if _is_waiting(before) and now.state == "run":  # a new try, which may take its time to fail
                unsettled[name] = time.monotonic() + _LONGEST
            elif seen[name].looping or not _is_unsettled(now):
                del unsettled[name]
            elif time.monotonic() >= until:
                # It has waited for longer than runsv does between two starts.
                seen[name] = replace(seen[name], looping=_is_waiting(now))
                del unsettled[name]
    return seen


def _is_waiting(status: Status) -> bool:
    """Whether a service should run and does not."""
    return status.state == "finish" or (status.state == "down" and status.want == "up")


def _is_unsettled(status: Status) -> bool:
    return _is_waiting(status) or (status.state == "run" and status.seconds < _YOUNG)


def _has_ended(before: Status, now: Status) -> bool:
    """Whether a service that ran and should run has ended since, and nobody asked it to."""
    asked = before.terminating or now.want == "down" or not now.is_supervised
    same = (before.state, before.pid, before.since) == (now.state, now.pid, now.since)
    return before.state == "run" and not same and not asked
