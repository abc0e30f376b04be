"""nginx serves https and tells the registry http."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import tls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "location-wrong"
WRITE_ONLY = ("push",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with tls(stack, "http"):
        yield
