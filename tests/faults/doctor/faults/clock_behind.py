"""This machine's clock is ten minutes behind: so is it for a time server that is as much ahead."""

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
    with time_server(ahead=600) as server, time_from(stack, server):
        yield
