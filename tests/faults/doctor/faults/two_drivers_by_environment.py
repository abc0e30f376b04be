"""A variable of its environment gives the registry a second storage driver."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import added, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-driver-several"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    words = b"multiple storage drivers specified"
    path = stack.environment / "REGISTRY_STORAGE_S3_BUCKET"
    with registry_ends(stack, words, added(path, "images")):
        yield
