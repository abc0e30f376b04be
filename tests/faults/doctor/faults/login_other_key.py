"""GitLab signs with another key than the one on this host."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import answering, given

from glctl.clients.keys import generate_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-key-mismatch"
STACK = "gitlab"
OPTIONS = ("--login-as", "alice", "--token-stdin")


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with given(), answering(stack, key=generate_key(bits=2048)):
        yield
