"""nginx answers with a maintenance page."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import location_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-bad-gateway"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with location_with(stack, "return 503;"):
        yield
