"""A link file has no content: the disk was full, or the machine lost its power."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-links-empty"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with image(stack) as parts, edited(parts["link"], lambda _: ""):
        yield
