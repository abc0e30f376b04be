"""The current log was removed by hand; svlogd goes on writing into it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import wait_until

from glctl.services.catalog import REGISTRY
from glctl.services.runit import write_control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "log-file-lost"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    stack.log.unlink()
    yield
    write_control(REGISTRY.directory(stack.root) / "log", b"t")
    wait_until(stack.log.exists, "svlogd has begun a new log")
