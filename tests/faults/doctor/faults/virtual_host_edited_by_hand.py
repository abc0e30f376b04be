"""A directive was added to the virtual host by hand."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-config-drift"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_runs_with(stack, ("proxy_cache off;", "proxy_cache off; proxy_buffer_size 8k;")):
        yield
