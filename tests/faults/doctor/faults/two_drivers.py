"""Two storage drivers are configured."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_ends_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-driver-several"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    change = setting("storage", "inmemory", value={})
    with registry_ends_with(stack, change, b"exactly one storage type"):
        yield
