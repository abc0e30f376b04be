"""The registry's account may not read the certificate that it checks tokens with."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_ends, with_mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-bundle-unreadable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    words = b"unable to open token auth root certificate bundle"
    with registry_ends(stack, words, with_mode(stack.bundle, 0)):
        yield
