"""The virtual host was written anew and nginx not reloaded."""

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
    os.utime(stack.vhost)
    yield
    stack.reload_nginx()
