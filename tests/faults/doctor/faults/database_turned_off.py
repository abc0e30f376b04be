"""The metadata database knows the images, and is not enabled."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "database-turned-off"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with marked(stack, "database-in-use"):
        yield
