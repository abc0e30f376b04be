"""The bucket's policy denies s3:GetObject of layers: clients get 403 where the registry sends them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import ROOT
from servers import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-get-denied"
STACK = "seaweedfs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    layers = f"arn:aws:s3:::{stack.store.bucket}/{ROOT}blobs/*"
    with stack.store.policy(
        {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": layers}
    ):
        wait_until(lambda: "s3-get-denied" in stack.doctor()["root_causes"], "the policy holds")
        yield
    wait_until(lambda: stack.doctor()["ok"], "the policy is gone")
