"""The metadata database is enabled, and the images are not in it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import database, fake_postgres, marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "database-not-imported"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with fake_postgres() as port, marked(stack, "filesystem-in-use"), database(stack, port):
        yield
