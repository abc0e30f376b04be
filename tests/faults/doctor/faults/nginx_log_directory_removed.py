"""The log directory of nginx is gone: nginx would not start again."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import moved_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "log-directory-missing"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with moved_away(stack.log.parent.with_name("nginx")):
        yield
