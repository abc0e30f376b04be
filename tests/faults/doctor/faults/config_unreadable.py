"""The registry's account may not read config.yml: it was written anew by root."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import given_to_root, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-config-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with registry_ends(stack, b"permission denied", given_to_root(stack.config, 0o600)):
        yield
