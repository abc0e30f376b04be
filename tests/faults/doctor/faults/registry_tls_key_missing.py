"""The registry is to serve TLS itself, with a file that is not there."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_ends_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-missing"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    change = setting("http", "tls", value={"certificate": "/no/such/crt", "key": "/no/such/key"})
    with registry_ends_with(stack, change, b"/no/such/crt"):
        yield
