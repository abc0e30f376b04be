"""One of three time servers is ten minutes ahead, and is outvoted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import time_from, time_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with (
        time_server(ahead=600) as liar,
        time_server() as honest,
        time_from(stack, liar, stack.time_server, honest),
    ):
        yield
