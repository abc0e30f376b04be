"""GitLab looks for the registry where nobody listens."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "gitlab-api-url-wrong"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.gitlab_yml, replaced(("api_url: http://127.0.0.1:", "api_url: http://127.0.0.9:"))):
        yield
