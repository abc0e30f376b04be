"""The policy of the registry's key has no statement for objects."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import denied
from servers_s3 import ON_OBJECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-objects-denied"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with denied(stack, *ON_OBJECTS):
        yield
