"""The bucket's policy denies s3:GetObject of layers: clients get 403 where the registry sends them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import WeedStack
from servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-get-denied"
STACK = "weed"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    assert isinstance(stack, WeedStack)
    assert stack.store
    layers = f"arn:aws:s3:::{stack.store.bucket}/registry/docker/registry/v2/blobs/*"
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": layers}
    with stack.store.policy(denial):
        wait_until(lambda: "s3-get-denied" in stack.doctor()["root_causes"], "the policy holds")
        yield
    wait_until(lambda: stack.doctor()["ok"], "the policy is gone")
