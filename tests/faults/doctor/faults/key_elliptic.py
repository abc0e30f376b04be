"""GitLab's key is for elliptic curves, with which it signs no token."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import self_signed
from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-key-unusable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.key, lambda _: self_signed("registry").key):
        yield
