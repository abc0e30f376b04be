"""The store has no room left for this key (a proxy before moto says so)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import answering
from servers_s3 import Canned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-refused"
STACK = "moto behind a proxy"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    refused = (Canned(method, "", 403, "QuotaExceeded") for method in ("PUT", "POST"))
    with answering(stack, *refused):
        yield
