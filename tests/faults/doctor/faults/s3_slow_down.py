"""S3 answers everything with SlowDown (a proxy before moto does it)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-throttled"
STACK = "moto behind a proxy"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(stack, Canned("", "", 503, "SlowDown")):
        yield
    stack.forget_logs()  # that S3 has asked for it stays worth a warning
