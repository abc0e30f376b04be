"""Two time servers say that the clock is two minutes off, one that it is right."""

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
    with (
        time_server(ahead=120) as one,
        time_server(ahead=120) as other,
        time_from(stack, stack.time_server, one, other),
    ):
        yield
