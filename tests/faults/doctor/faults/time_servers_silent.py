"""No time server answers, nor any other clock."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import silent_time_server, time_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "clock-not-verified"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with time_from(stack, silent_time_server()):
        yield
