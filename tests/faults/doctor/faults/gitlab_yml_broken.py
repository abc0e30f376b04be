"""gitlab.yml is no YAML."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "gitlab-config-unreadable"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.gitlab_yml, replaced(("enabled: true", "enabled: [true"))):
        yield
