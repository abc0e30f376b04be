"""UDP is closed, and GitLab's Date says that this machine's clock is ten minutes behind."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import gitlab, silent_time_server, time_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "clock-skew"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with gitlab(stack, ahead=600), time_from(stack, silent_time_server()):
        yield
