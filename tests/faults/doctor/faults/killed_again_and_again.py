"""The registry is killed three times, as where memory is short, and started again each time."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

from servers import wait_until

from glctl.services.catalog import REGISTRY
from glctl.services.runit import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "service-killed"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    directory = REGISTRY.directory(stack.root)
    for _ in range(3):
        pid = look(directory).pid
        assert pid
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: look(directory).pid not in (None, pid), "runsv starts it again")
        stack.wait_for("registry")
    yield
    stack.forget_logs()
