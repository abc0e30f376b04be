"""The svlogd of the registry is stopped."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import wait_until

from glctl.services.catalog import REGISTRY
from glctl.services.runit import look, write_control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "log-service-down"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    log = REGISTRY.directory(stack.root) / "log"
    write_control(log, b"d")
    wait_until(lambda: not look(log).is_up, "svlogd has ended")
    yield
    write_control(log, b"u")
    wait_until(lambda: look(log).is_up, "svlogd runs")
