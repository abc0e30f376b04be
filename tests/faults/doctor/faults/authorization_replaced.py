"""nginx sends a user and a password of its own instead of the client's token."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "authorization-lost"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with header(stack, "Host", '$http_host; proxy_set_header Authorization "Basic Ym9iOmJvYg=="'):
        yield
