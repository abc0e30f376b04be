"""The bucket takes no ACLs (a proxy before moto refuses objects that have one)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-acl-refused"
STACK = "moto behind a proxy"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(stack, Canned("", "", 400, "AccessControlListNotSupported", if_header="x-amz-acl")):
        yield
