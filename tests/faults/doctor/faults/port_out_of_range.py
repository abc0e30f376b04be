"""The registry's port is no port."""

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
    change = setting("http", "addr", value="127.0.0.1:70000")
    with registry_ends_with(stack, change, b"invalid port"):
        yield
