"""The file of the certificate that the registry checks tokens with is empty."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, registry_ends

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-bundle-unreadable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    words = b"token signing root certificate"
    with registry_ends(stack, words, edited(stack.bundle, lambda _: "")):
        yield
