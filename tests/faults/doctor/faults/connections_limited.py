"""nginx lets a client have one connection at once."""

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
        ("server {\n  listen", "limit_conn_zone $uri zone=one:1m;\nserver {\n  limit_conn one 1;\n  listen"),
    ):
        yield
