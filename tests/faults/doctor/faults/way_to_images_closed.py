"""A directory above the images lets nobody through (mode 0700, root's)."""

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
    with given_to_root(stack.images.parent, 0o700):
        yield
