"""GitLab on the same host, and a load balancer before nginx."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

STACK = "gitlab"
OPTIONS = ("--login-as", "alice", "--token-stdin", "--image", "group/project/name")


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with given():
        assert stack.fake.failed_logins >= 0
        yield
