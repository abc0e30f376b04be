"""Signatures are made for another region than Swift's, which refuses them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import s3_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-region-wrong"
STACK = "swift"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with s3_runs_with(stack, region="eu-central-1"):
        yield
