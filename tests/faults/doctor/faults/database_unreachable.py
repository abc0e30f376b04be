"""The metadata database does not answer."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import free_port
from ways import database, marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "database-unreachable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with marked(stack, "database-in-use"), database(stack, free_port()):
        yield
