"""nginx passes requests on to a port where nobody listens."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import free_port
from ways import nginx_passes_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-bad-gateway"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_passes_to(stack, free_port()):
        yield
