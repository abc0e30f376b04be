"""Images in S3, at the bucket's top, where no image lies yet."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import reconfigured_with, storage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "seaweedfs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with reconfigured_with(stack, storage(stack.store, rootdirectory=None)):
        yield
