"""The file of the certificate ends in the middle."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from stacks import HOST
from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-unusable"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.path / f"etc/gitlab/ssl/{HOST}.crt", lambda text: text[: len(text) // 2]):
        yield
