"""Garbage is collected by hand while the registry accepts pushes (its collector is paused here)."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from typing import TYPE_CHECKING

from servers import CLEAN_ENVIRONMENT, program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "garbage-unprotected"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    command = [program("docker-registry"), "garbage-collect", str(stack.config)]
    with subprocess.Popen(
        command, env=CLEAN_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as collector:
        collector.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            collector.kill()
