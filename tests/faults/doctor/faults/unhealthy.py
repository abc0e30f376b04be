"""The images cannot be reached for so long that the registry's health check has failed."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from servers import wait_until
from ways import given_to_root, registry_runs_with, setting

from glctl.clients.http import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "storage-not-writable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    quick = {"storagedriver": {"enabled": True, "interval": "100ms", "threshold": 1}}
    with registry_runs_with(stack, setting("health", value=quick)), given_to_root(stack.images.parent, 0o700):
        client, url = Client(), f"http://127.0.0.1:{stack.ports['registry']}"
        wait_until(lambda: client.request("GET", url).status == 503, "the registry refuses requests")
        yield
