"""The directory of images is a link to another place."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    elsewhere = stack.path / "elsewhere"
    stack.images.rename(elsewhere)
    stack.images.symlink_to(elsewhere)
    yield
    stack.images.unlink()
    elsewhere.rename(stack.images)
