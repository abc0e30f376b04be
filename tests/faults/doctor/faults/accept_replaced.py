"""nginx replaces what clients say that they accept."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-header-lost"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_runs_with(
        stack, ("proxy_buffering off;", 'proxy_buffering off; proxy_set_header Accept "*/*";')
    ):
        yield
