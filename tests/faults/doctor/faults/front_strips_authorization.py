"""A load balancer before nginx drops the Authorization header."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "authorization-lost"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with front_runs_with(
        stack, ("proxy_http_version 1.1;", 'proxy_http_version 1.1; proxy_set_header Authorization "";')
    ):
        yield
