"""runsvdir is killed; what it had started goes on."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

from servers import wait_until

from glctl.services import supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "supervisor-missing"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    running = supervisor.find(stack.root)
    assert running
    running.process.send(signal.SIGKILL)
    wait_until(lambda: not running.process.is_alive(), "runsvdir ends")
    yield
    assert stack.glctl("start")[0] == 0
