"""nginx passes Host on without its port ($host)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "location-wrong"
WRITE_ONLY = ("push",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with header(stack, "Host", "$host"):
        yield
