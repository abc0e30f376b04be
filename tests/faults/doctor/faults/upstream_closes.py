"""nginx is sent to a server that closes each connection at once."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_sends_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-bad-gateway"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_sends_to(stack, "return 444;"):
        yield
