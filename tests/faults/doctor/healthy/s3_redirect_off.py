"""Images in S3, which the registry hands out itself: redirect is off."""

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
    with reconfigured_with(stack, storage(stack.store, redirect=False)):
        yield
