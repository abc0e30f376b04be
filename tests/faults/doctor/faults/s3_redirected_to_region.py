"""S3 redirects to the bucket's region for good (a proxy before moto does it)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-region-wrong"
STACK = "moto behind a proxy"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(
        stack, Canned("", "", 301, "PermanentRedirect", headers={"x-amz-bucket-region": "us-west-2"})
    ):
        yield
