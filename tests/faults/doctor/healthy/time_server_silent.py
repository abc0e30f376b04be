"""One of two time servers does not answer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import silent_time_server, time_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with time_from(stack, silent_time_server(), stack.time_server):
        yield
