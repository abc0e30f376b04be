"""Nothing listens where the endpoint should be."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import s3_runs_with
from servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-unreachable"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with s3_runs_with(stack, regionendpoint=f"http://127.0.0.1:{free_port()}"):
        yield
