"""nginx is stopped, and somebody else listens on its port."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import listener, stopped

from glctl.services.catalog import NGINX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "port-taken"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with stopped(stack, NGINX), listener(stack.ports["nginx"]):
        yield
