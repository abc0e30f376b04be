"""The registry takes connections and never answers: its process has been stopped behind runit's back."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import TYPE_CHECKING

from glctl.services.catalog import REGISTRY
from glctl.services.runit import look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-unreachable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    pid = look(REGISTRY.directory(stack.root)).pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    yield
    os.kill(pid, signal.SIGCONT)
