"""Storage is marked both for the metadata database and for going without."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "database-both-marks"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with marked(stack, "database-in-use"), marked(stack, "filesystem-in-use"):
        yield
