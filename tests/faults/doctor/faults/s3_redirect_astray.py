"""Clients are sent for layers to a server that has none."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from object_stores import clients_sent_to
from servers import free_port, nginx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-redirect-wrong"
STACK = "seaweedfs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        nginx(Path(folder), f"listen 127.0.0.1:{port};", port),
        clients_sent_to(stack, f"http://127.0.0.1:{port}/"),
    ):
        yield
