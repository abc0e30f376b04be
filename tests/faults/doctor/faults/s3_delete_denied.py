"""The policy of the registry's key lacks s3:DeleteObject."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import denied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-delete-denied"
STACK = "moto"
WRITE_ONLY = ("s3-delete",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with denied(stack, "s3:DeleteObject"):
        yield
