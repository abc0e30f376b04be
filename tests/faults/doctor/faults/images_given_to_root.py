"""The directory of images belongs to root, mode 0700, as after a restore from backup."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import given_to_root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-not-writable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with given_to_root(stack.images, 0o700):
        yield
