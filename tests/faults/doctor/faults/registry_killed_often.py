"""The registry is killed three times, as the kernel does that is short of memory; it runs again each time."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import wait_until

from glctl.services import control
from glctl.services.catalog import REGISTRY
from glctl.services.runit import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "service-killed"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    for _ in range(3):
        _kill(stack)
    stack.wait_for("registry")
    yield
    stack.forget_logs()  # what they say counts for some time


def _kill(stack: Stack) -> None:
    directory = REGISTRY.directory(stack.root)
    wait_until(lambda: look(directory).is_up, "the registry runs")
    before = control.send(directory, control.KILL)
    wait_until(lambda: look(directory).pid not in (None, before.pid), "it runs again")
