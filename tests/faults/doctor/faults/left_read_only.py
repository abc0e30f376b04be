"""A garbage collection ended half-way: the registry is still read-only."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import added

from glctl.converge.read_only import READ_ONLY, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-read-only"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with added(stack.environment / VARIABLE, READ_ONLY.decode()):
        stack.restart()
        yield
    stack.restart()
