"""The file of dhparam is not there; nginx has not been restarted yet."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "tls-file-missing"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.vhost, replaced(("ssl_ciphers ", "ssl_dhparam dhparam.pem; ssl_ciphers "))):
        yield
