"""config.yml does not say which version it has."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_ends_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-config-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    change = setting("version", value=None)
    with registry_ends_with(stack, change, b"configuration error"):
        yield
