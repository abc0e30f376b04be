"""The endpoint's address ends with the bucket's name."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import s3_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-config-invalid"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with s3_runs_with(stack, regionendpoint=f"{stack.store.endpoint}/{stack.store.bucket}"):
        yield
