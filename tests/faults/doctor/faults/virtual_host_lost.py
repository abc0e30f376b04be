"""The virtual host of the registry is gone, and nginx was reloaded since."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import moved_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-vhost-missing"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with moved_away(stack.vhost):
        stack.reload_nginx()
        yield
    stack.reload_nginx()
