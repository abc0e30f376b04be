"""The registry is given a storage driver that this build does not have."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_ends_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-driver-unknown"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    change = setting("storage", value={"nosuchdriver": {}})
    with registry_ends_with(stack, change, b"StorageDriver not registered"):
        yield
