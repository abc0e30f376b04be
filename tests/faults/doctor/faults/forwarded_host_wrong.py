"""nginx tells the registry another host (X-Forwarded-Host)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "location-wrong"
WRITE_ONLY = ("push",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    proxied = "proxy_pass http://127.0.0.1:"
    with nginx_runs_with(
        stack, (proxied, "proxy_set_header X-Forwarded-Host internal.example.com;" + " " + proxied)
    ):
        yield
