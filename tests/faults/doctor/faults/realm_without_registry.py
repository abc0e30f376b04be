"""GitLab says that it has no registry."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import answering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "gitlab-registry-disabled"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with answering(
        stack,
        answer=(
            404,
            "application/json",
            b'{"errors": [{"code": "UNAVAILABLE", "message": "registry not enabled"}]}',
        ),
    ):
        yield
