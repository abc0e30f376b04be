"""nginx denies access to the address that requests come from."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import location_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-refuses"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with location_with(stack, "deny all;"):
        yield
