"""config.yml is not there."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import moved_away, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-config-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with registry_ends(stack, b"configuration error", moved_away(stack.config)):
        yield
