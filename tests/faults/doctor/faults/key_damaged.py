"""The key that tokens are signed with is no key."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-key-unusable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.key, lambda _: "lost"):
        yield
