"""config.yml was written anew and the registry not restarted: it runs with what was there before."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "changes-unread"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    os.utime(stack.config)
    yield
    stack.restart()
