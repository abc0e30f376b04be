"""TLS was taken out of the virtual host, and nginx not told."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "plain-port-tls"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.vhost, replaced((" ssl;", ";"))):
        yield
