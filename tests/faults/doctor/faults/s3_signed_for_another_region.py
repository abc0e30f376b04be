"""S3 wants signatures for another region (a proxy before moto says so)."""

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
    with answering(stack, Canned("", "", 400, "AuthorizationHeaderMalformed", "<Region>us-west-2</Region>")):
        yield
