"""A single sign-on before GitLab sends whoever asks for a token to its own page."""

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
    with answering(stack, answer=(302, "text/html", b""), location="https://sso.example.com/start?rd=%2Fjwt"):
        yield
