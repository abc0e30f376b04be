"""The one time server has no time itself, and says so."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import time_from, time_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "clock-not-verified"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with time_server(synchronised=False) as server, time_from(stack, server):
        yield
