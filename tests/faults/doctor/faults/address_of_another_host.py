"""The registry is to listen on an address that this machine does not have."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_ends_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-address-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    change = setting("http", "addr", value=f"192.0.2.1:{stack.ports['registry']}")
    with registry_ends_with(stack, change, b"cannot assign requested address"):
        yield
