"""A proxy on the way to S3 answers with a page of its own (a proxy before moto does it)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-endpoint-not-s3"
STACK = "moto behind a proxy"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    page = "<html><body><h1>Blocked by your organisation</h1></body></html>"
    with answering(stack, Canned("", "", 403, "", headers={"Content-Type": "text/html"}, page=page)):
        yield
