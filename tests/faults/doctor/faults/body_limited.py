"""nginx takes no body of more than a few bytes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import location_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-body-too-large"
WRITE_ONLY = ("push",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with location_with(stack, "client_max_body_size 8;"):
        yield
    stack.forget_logs()  # what they say counts for some time
