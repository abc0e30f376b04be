"""The registry's account may not read the certificate any more, and has not restarted since."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import given_to_root

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-bundle-unreadable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with given_to_root(stack.bundle, 0o600):
        yield
