"""The key is that of another certificate, and nginx was restarted on it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import Pair
from stacks import HOST
from ways import nginx_ends, pair_on_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-key-mismatch"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    pair = Pair(stack.authority.issue(HOST).chain, stack.authority.issue(HOST).key)
    with nginx_ends(stack, pair_on_disk(stack, pair)):
        yield
