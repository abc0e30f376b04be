"""The store has no list of uploads (a proxy before moto answers 501)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-not-implemented"
STACK = "moto behind a proxy"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(stack, Canned("GET", "uploads", 501, "NotImplemented")):
        yield
