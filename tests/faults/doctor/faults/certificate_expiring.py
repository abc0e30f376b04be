"""The certificate expires in five days: nobody has renewed it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from stacks import HOST
from ways import pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-expiring"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    pair = stack.authority.issue(HOST, begins=-85, days=90)
    with pair_shown(stack, pair):
        yield
