"""REGISTRY_STORAGE_S3_BUCKET in the registry's environment names another bucket."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import added

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-bucket-missing"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with added(stack.environment / "REGISTRY_STORAGE_S3_BUCKET", "nobodys-images"):
        stack.restart()
        yield
    stack.restart()
