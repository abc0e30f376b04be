"""The registry's process is paused (sv pause)."""

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

CAUSE = "service-down"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    directory = REGISTRY.directory(stack.root)
    control.send(directory, control.Verb("pause", b"p"))
    wait_until(lambda: look(directory).paused, "the registry is paused")
    yield
    control.send(directory, control.Verb("cont", b"c"))
    wait_until(lambda: not look(directory).paused, "the registry goes on")
