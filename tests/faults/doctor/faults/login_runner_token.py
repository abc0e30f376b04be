"""A runner's token is given as a password."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "login-refused"
STACK = "gitlab"
OPTIONS = ("--login-as", "alice", "--token-stdin")


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with given("glrt-example"):
        yield
