"""Signatures are of version 2, with which this registry sends clients astray."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import s3_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-redirect-wrong"
STACK = "seaweedfs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with s3_runs_with(stack, v4auth=False):
        yield
