"""This machine's clock is 25 seconds off: nothing breaks yet."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import time_from, time_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "clock-skew"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with time_server(ahead=25) as server, time_from(stack, server):
        yield
