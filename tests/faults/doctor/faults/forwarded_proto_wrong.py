"""nginx serves https and tells the registry http."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "https"
CAUSE = "location-wrong"
WRITE_ONLY = ("push",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with header(stack, "X-Forwarded-Proto", "http"):
        yield
