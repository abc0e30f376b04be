"""Clients are sent for layers to a name that does not exist."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from object_stores import clients_sent_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-redirect-unreachable"
STACK = "seaweedfs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with clients_sent_to(stack, "http://cdn.invalid/"):
        yield
