"""A load balancer before nginx drops what stands behind the ? of an address."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-bad-answer"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with front_runs_with(stack, ("location / {", 'location / { set $args "";')):
        yield
    stack.forget_logs()
