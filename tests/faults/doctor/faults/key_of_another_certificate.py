"""The key in the file is that of another certificate; nginx has not read it yet."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import Pair
from stacks import HOST
from ways import pair_on_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-key-mismatch"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    other = stack.authority.issue(HOST)
    with pair_on_disk(stack, Pair(stack.authority.issue(HOST).chain, other.key)):
        yield
