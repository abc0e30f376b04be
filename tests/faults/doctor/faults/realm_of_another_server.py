"""A web server that is not GitLab answers at the realm."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "realm-not-gitlab"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(stack, answer=(200, "text/html", b"<html>hello</html>")):
        yield
