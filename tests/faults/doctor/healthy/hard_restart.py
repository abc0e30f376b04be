"""The registry was killed a moment ago and is up again."""

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


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    pid = look(REGISTRY.directory(stack.root)).pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: look(REGISTRY.directory(stack.root)).pid not in (None, pid), "runsv starts it again")
    stack.wait_for("registry")
    yield
