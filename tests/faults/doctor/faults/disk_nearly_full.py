"""The file system of images has less than a hundredth left."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import mounted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-full"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with mounted(stack.images, "size=64m", fill=True, left=400_000):
        yield
