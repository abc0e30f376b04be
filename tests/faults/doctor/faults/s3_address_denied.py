"""The bucket's policy denies listing to all but some addresses."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-list-denied"
STACK = "seaweedfs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    elsewhere = {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24"]}}
    bucket = {"Action": ["s3:ListBucket"], "Resource": ["arn:aws:s3:::images"]}
    with stack.store.policy({"Effect": "Deny", "Principal": "*", **bucket, "Condition": elsewhere}):
        yield
