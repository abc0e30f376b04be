"""S3 denies HEAD of presigned addresses (a proxy before SeaweedFS does it): pushes fail, pulls do not."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-redirect-denied"
STACK = "seaweedfs behind a proxy"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(stack, Canned("HEAD", "X-Amz-Signature", 403, "")):
        yield
