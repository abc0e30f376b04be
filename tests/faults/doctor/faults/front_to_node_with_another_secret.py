"""A load balancer also leads to a second node, whose http.secret is another one."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import second_node
from ways import setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "upload-secret-mismatch"
STACK = "gitlab"
WRITE_ONLY = ("push-public",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with second_node(stack, setting("http", "secret", value="x" * 64)):
        yield
    stack.forget_logs()
