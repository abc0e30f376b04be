"""A load balancer before nginx wants to know how long a body is."""

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
        stack,
        ("proxy_http_version 1.1;", "if ($http_transfer_encoding) { return 411; } proxy_http_version 1.1;"),
    ):
        yield
