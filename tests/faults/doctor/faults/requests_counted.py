"""nginx lets two requests a second through (limit_req)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-rate-limited"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_runs_with(
        stack,
        (
            "server {\n  listen",
            "limit_req_zone $uri zone=few:1m rate=2r/s;\nserver {\n  limit_req zone=few;\n  listen",
        ),
    ):
        yield
