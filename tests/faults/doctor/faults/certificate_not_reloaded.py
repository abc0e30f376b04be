"""A certificate that was about to expire was replaced, and nginx not told."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from stacks import HOST
from ways import pair_on_disk, pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-not-reloaded"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    old = stack.authority.issue(HOST, begins=-85, days=90)
    with pair_shown(stack, old), pair_on_disk(stack, stack.authority.issue(HOST)):
        yield
