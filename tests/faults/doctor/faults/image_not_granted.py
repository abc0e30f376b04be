"""The user may do nothing with the image: its project is not there."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import answering, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "image-access-missing"
STACK = "gitlab"
OPTIONS = ("--login-as", "alice", "--token-stdin", "--image", "group/project/name")


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with given(), answering(stack, rights=("other",)):
        yield
