"""The user may only read the image."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import answering, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "image-access-missing"
STACK = "gitlab"
WRITE_ONLY = ("image-push",)
OPTIONS = ("--login-as", "alice", "--token-stdin", "--image", "group/project/name")


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with given(), answering(stack, rights=("pull",)):
        yield
