"""Clients are sent for layers to a server whose certificate nobody knows."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import self_signed
from object_stores import before_store, clients_sent_to

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-redirect-untrusted"
STACK = "seaweedfs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with before_store(stack, self_signed("localhost")) as endpoint, clients_sent_to(stack, endpoint):
        yield
