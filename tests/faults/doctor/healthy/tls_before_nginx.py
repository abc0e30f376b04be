"""TLS ends at a load balancer, which nginx is told of."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with header(stack, "X-Forwarded-Proto", "https"):
        yield
