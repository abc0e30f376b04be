"""Requests under way when the registry is to be restarted: announced, or waited for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from glctl.services.ports import connections

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.converge.health import Probe

_POLL = 0.05


def drain(registry: Probe | None, seconds: float, tell: Callable[[str], None]) -> int:
    """Wait up to *seconds* until no connection to the registry is left; returns how many are.

    nginx opens one for each request and closes it with the answer, so that each is a push or pull under way;
    what talks to the registry directly may also keep one for its next request.
    """
    left = connections(registry.port) if registry else 0
    if not left or registry is None:
        return 0
    if not seconds:
        tell(f"{_requests(left)} under way; the restart cuts what has not ended. --drain SECONDS waits.")
        return left
    tell(f"{_requests(left)} under way; waiting up to {seconds:g} s.")
    deadline = time.monotonic() + seconds
    while left and time.monotonic() < deadline:
        time.sleep(_POLL)
        left = connections(registry.port)
    tell(f"{_requests(left)} cut." if left else "All have ended.")
    return left


def _requests(count: int) -> str:
    return f"{count} request{'s' * (count > 1)} to the registry"
