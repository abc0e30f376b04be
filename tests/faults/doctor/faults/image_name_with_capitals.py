"""An image is to have capital letters in its name."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "image-name-invalid"
OPTIONS = ("--image", "Group/Project")


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    assert stack.path.is_dir()  # nothing of it is broken
    yield
