"""A user's password is wrong."""

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
    with given("wrong"):
        yield
