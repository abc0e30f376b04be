"""The policy of the registry's key lacks s3:ListBucketMultipartUploads."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import denied

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-list-uploads-denied"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with denied(stack, "s3:ListBucketMultipartUploads"):
        yield
