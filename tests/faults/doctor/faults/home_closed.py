"""The directory of config.yml is closed to the account of the registry."""

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
    with registry_ends(stack, b"ermission denied", given_to_root(stack.config.parent, 0o700)):
        yield
