"""The parts of uploads are set smaller than S3 takes them: the registry does not start."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import s3_set
from ways import registry_ends_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-config-invalid"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with registry_ends_with(stack, s3_set(chunksize=1000), b"chunksize"):
        yield
