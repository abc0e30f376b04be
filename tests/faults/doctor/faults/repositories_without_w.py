"""The mode of the directory of repositories lets nobody write."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import with_mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-not-writable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with with_mode(stack.repositories, 0o555):
        yield
