"""logrotate is stopped."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from glctl.services import control
from glctl.services.catalog import LOGROTATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "logrotate-down"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    directory = LOGROTATE.directory(stack.root)
    assert control.act(directory, control.STOP).ok
    yield
    assert control.act(directory, control.START).ok
