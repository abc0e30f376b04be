"""A load balancer asks a port at which nobody listens."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-bad-gateway"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with front_runs_with(stack, ("proxy_pass http://127.0.0.1:", "proxy_pass http://127.0.0.9:")):
        yield
