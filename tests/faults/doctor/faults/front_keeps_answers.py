"""A load balancer before nginx keeps answers, and gives them to others."""

from __future__ import annotations

import contextlib
import tempfile
from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-caches"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with (
        tempfile.TemporaryDirectory() as folder,
        front_runs_with(
            stack,
            ("http {", f"http {{ proxy_cache_path {folder} keys_zone=kept:1m;"),
            ("location / {", "location / { proxy_cache kept; proxy_cache_valid any 10m;"),
        ),
    ):
        yield
