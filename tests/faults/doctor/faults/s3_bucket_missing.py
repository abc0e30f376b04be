"""The bucket does not exist."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import s3_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-bucket-missing"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with s3_runs_with(stack, bucket="nobodys-images"):
        yield
