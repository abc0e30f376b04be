"""S3 denies HEAD of layers to everybody (a proxy before SeaweedFS does it)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-head-denied"
STACK = "seaweedfs behind a proxy"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(stack, Canned("HEAD", "/data", 403, "")):
        yield
