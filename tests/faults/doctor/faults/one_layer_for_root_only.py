"""The file of a single layer belongs to root and is for nobody else, as after a restore of some files."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import given_to_root, image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-not-readable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with image(stack) as parts, given_to_root(parts["layer"], 0o600):
        yield
