"""Clients' first requests come without a token, are answered with 401 and logged so."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import wait_until

from glctl.clients.http import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    client = Client()
    for _ in range(3):
        assert client.request("GET", f"{stack.url}/v2/").status == 401
    wait_until(lambda: b"authorization token required" in stack.log.read_bytes(), "the log says so")
    yield
