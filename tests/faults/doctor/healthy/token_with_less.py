"""A user's token grants less than a request needs, and the registry refuses it."""

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
    upload = f"{stack.url}/v2/glctl/doctor/blobs/uploads/"
    token = {"Authorization": f"Bearer {stack.token('pull').reveal()}"}
    assert Client().request("POST", upload, headers=token).status == 401
    wait_until(lambda: b"insufficient scope" in stack.log.read_bytes(), "the log says so")
    yield
