"""A client asks for blobs that are not there, before a push, and that is logged as an error."""

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
    absent = f"{stack.url}/v2/glctl/doctor/blobs/sha256:{'0' * 64}"
    token = {"Authorization": f"Bearer {stack.token('pull').reveal()}"}
    assert Client().request("HEAD", absent, headers=token).status == 404
    wait_until(lambda: b"blob unknown" in stack.log.read_bytes(), "the log says so")
    yield
