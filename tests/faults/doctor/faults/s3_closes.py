"""The endpoint closes every connection without an answer."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from object_stores import s3_runs_with
from servers import free_port, nginx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-unreachable"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        nginx(Path(folder), f"listen 127.0.0.1:{port}; return 444;", port),
        s3_runs_with(stack, regionendpoint=f"http://127.0.0.1:{port}"),
    ):
        yield
