"""GitLab gives tokens under another name than the registry trusts."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import answering, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-issuer-differs"
STACK = "gitlab"
OPTIONS = ("--login-as", "alice", "--token-stdin")


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with given(), answering(stack, issuer="gitlab-issuer"):
        yield
