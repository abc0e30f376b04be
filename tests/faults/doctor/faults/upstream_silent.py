"""nginx is sent to a port that takes connections and never answers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import listener, nginx_passes_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-bad-gateway"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with listener() as port, nginx_passes_to(stack, port):
        yield
