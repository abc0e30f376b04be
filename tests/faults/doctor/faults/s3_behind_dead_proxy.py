"""A load balancer answers 502 for S3 (a proxy before moto does it)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-unreachable"
STACK = "moto behind a proxy"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    page = "<html><h1>502 Bad Gateway</h1></html>"
    with answering(stack, Canned("", "", 502, "", page=page)):
        yield
