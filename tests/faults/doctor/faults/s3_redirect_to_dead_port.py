"""Clients are sent for layers to where nothing listens."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import clients_sent_to
from servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-redirect-unreachable"
STACK = "seaweedfs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with clients_sent_to(stack, f"http://127.0.0.1:{free_port()}/"):
        yield
