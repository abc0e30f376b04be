"""Every user of the machine may write where images are kept."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import with_mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-open-to-all"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with with_mode(stack.images, 0o777):
        yield
