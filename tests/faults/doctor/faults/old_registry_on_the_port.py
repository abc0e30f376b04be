"""The registry is stopped, and another one, left over, listens on its address."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import listener, stopped

from glctl.services.catalog import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "port-taken"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with stopped(stack, REGISTRY), listener(stack.ports["registry"]):
        yield
