"""GitLab sends clients from http on to https."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "realm-redirects"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(stack, answer=(301, "text/html", b""), location="https://gitlab.example.com/jwt/auth"):
        yield
