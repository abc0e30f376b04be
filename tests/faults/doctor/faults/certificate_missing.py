"""The certificate is not where nginx is told to read it; it has not been restarted yet."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from stacks import HOST
from ways import moved_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-missing"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with moved_away(stack.path / f"etc/gitlab/ssl/{HOST}.crt"):
        yield
