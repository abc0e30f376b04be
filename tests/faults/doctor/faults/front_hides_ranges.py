"""A load balancer before nginx drops the headers that tell how far an upload is."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-header-lost"
STACK = "gitlab"
WRITE_ONLY = ("push-public",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with front_runs_with(
        stack,
        (
            "proxy_http_version 1.1;",
            "proxy_hide_header Range; proxy_hide_header Docker-Upload-UUID; proxy_http_version 1.1;",
        ),
    ):
        yield
