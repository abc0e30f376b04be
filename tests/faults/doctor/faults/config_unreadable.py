"""config.yml belongs to root alone, as an editor or a restore leaves it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import given_to_root, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-config-unreadable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    words = b"permission denied"
    with registry_ends(stack, words, given_to_root(stack.config, 0o600)):
        yield
