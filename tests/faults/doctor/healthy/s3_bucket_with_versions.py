"""Images in a bucket that keeps versions."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with stack.store.lifted():
        keep = stack.store.client().put_bucket_versioning
        keep(Bucket=stack.store.bucket, VersioningConfiguration={"Status": "Enabled"})
    yield
    with stack.store.lifted():
        keep(Bucket=stack.store.bucket, VersioningConfiguration={"Status": "Suspended"})
