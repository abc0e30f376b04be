"""A file named down keeps the registry from starting."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import added, stopped

from glctl.services.catalog import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "service-down"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with added(REGISTRY.directory(stack.root) / "down", ""), stopped(stack, REGISTRY):
        yield
