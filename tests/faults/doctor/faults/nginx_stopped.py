"""nginx is stopped on purpose."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import stopped

from glctl.services.catalog import NGINX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "service-down"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with stopped(stack, NGINX):
        yield
