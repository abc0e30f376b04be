"""Nothing has been pushed yet: the directory of images is empty."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import mounted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with mounted(stack.images, "rw"):
        yield
