"""A layer is shorter than it was when pushed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-blobs-short"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with image(stack) as parts, edited(parts["layer"], lambda text: text[:100]):
        yield
