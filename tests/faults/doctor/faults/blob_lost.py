"""The layer of an image is gone: garbage was collected during its push."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import image, moved_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-blobs-missing"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with image(stack) as parts, moved_away(parts["layer"]):
        yield
