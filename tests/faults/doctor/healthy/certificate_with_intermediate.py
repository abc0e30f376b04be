"""A certificate with its intermediate one, as authorities deliver them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import Authority, Pair
from stacks import HOST
from ways import pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    middle = Authority("Example Issuing CA", above=stack.authority)
    pair = middle.issue(HOST)
    with pair_shown(stack, Pair(pair.chain + middle.certificate, pair.key)):
        yield
