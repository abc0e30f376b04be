"""The file system of images is mounted read-only."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import mounted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-read-only"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with mounted(stack.images, "ro"):
        yield
