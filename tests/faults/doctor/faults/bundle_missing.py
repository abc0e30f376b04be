"""The certificate that the registry checks tokens with is not there."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import moved_away, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-bundle-unreadable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    words = b"unable to open token auth root certificate bundle"
    with registry_ends(stack, words, moved_away(stack.bundle)):
        yield
