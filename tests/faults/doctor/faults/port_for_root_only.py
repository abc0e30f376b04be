"""The registry is to listen on port 82, which is root's."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_ends_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-port-forbidden"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    change = setting("http", "addr", value="127.0.0.1:82")
    with registry_ends_with(stack, change, b"permission denied"):
        yield
