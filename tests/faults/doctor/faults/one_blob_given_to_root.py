"""The directory of a single blob belongs to root, as after a restore of some files."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import given_to_root, image

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-not-writable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with image(stack) as parts, given_to_root(parts["layer"].parent.parent, 0o700):
        yield
