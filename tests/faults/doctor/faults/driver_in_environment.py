"""A variable in the registry's environment directory adds a second storage driver."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import added, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-config-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    variable = added(stack.environment / "REGISTRY_STORAGE_INMEMORY_X", "y")
    with registry_ends(stack, b"storage", variable):
        yield
