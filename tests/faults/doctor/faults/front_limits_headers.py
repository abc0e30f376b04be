"""A load balancer before nginx takes headers of 2 KiB at most."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-refuses"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with front_runs_with(
        stack, ("client_max_body_size 0;", "client_max_body_size 0; large_client_header_buffers 4 2k;")
    ):
        yield
