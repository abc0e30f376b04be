"""A proxy before GitLab drops the Authorization header."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import answering, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "realm-drops-credentials"
STACK = "gitlab"
OPTIONS = ("--login-as", "alice", "--token-stdin")


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with given(), answering(stack, drops_credentials=True):
        yield
