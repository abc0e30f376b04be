"""The key may upload no part (a proxy before moto denies it)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-put-denied"
STACK = "moto behind a proxy"
WRITE_ONLY = ("s3-upload-part",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(stack, Canned("PUT", "partNumber", 403, "AccessDenied")):
        yield
