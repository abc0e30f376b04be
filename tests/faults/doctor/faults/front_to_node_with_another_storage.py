"""A load balancer also leads to a second node, which keeps images of its own."""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING

from fake_gitlab import second_node
from ways import setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "upload-session-lost"
STACK = "gitlab"
WRITE_ONLY = ("push-public",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    other = stack.images / "of_another_node"
    with second_node(stack, setting("storage", "filesystem", "rootdirectory", value=str(other))):
        yield
    shutil.rmtree(other, ignore_errors=True)
    stack.forget_logs()
