"""The file system of the logs of the registry is mounted read-only."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import mounted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "log-directory-full"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with mounted(stack.log.parent, "ro"):
        yield
