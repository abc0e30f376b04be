"""GitLab is down behind its proxy, which answers 502."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "gitlab-unavailable"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(stack, answer=(502, "text/html", b"<html>502 Bad Gateway</html>")):
        yield
