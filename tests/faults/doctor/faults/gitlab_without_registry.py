"""GitLab has no registry enabled (gitlab.yml)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "gitlab-registry-disabled"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.gitlab_yml, replaced(("enabled: true", "enabled: false"))):
        yield
