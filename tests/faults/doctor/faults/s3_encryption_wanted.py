"""The bucket's policy denies what is stored without encryption."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-put-denied"
STACK = "seaweedfs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    unencrypted = {"Null": {"s3:x-amz-server-side-encryption": "true"}}
    objects = {"Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::images/*"]}
    with stack.store.policy({"Effect": "Deny", "Principal": "*", **objects, "Condition": unencrypted}):
        yield
