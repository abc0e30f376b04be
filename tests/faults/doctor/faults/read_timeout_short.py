"""nginx waits for the registry for 20 seconds only."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-timeout-short"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_runs_with(stack, ("proxy_read_timeout 900;", "proxy_read_timeout 20;")):
        yield
