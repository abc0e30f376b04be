"""The file system of images has no byte left."""

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
    with mounted(stack.images, "size=256k", fill=True):
        yield
