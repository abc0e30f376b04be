"""A certificate with a wildcard."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with pair_shown(stack, stack.authority.issue("example.com", names=("*.example.com",))):
        yield
