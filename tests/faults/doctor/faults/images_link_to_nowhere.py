"""The directory of images is a link to a disk that is not mounted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import moved_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-missing"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with moved_away(stack.images, link="/nowhere/registry"):
        yield
