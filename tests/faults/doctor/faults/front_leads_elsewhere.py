"""A load balancer leads the public address to another web server."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "wrong-backend"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with front_runs_with(
        stack, ("location / {", 'location / { default_type text/html; return 200 "<html>hello</html>";')
    ):
        yield
