"""GitLab's key is only in gitlab-secrets.json: GitLab runs on another machine."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import moved_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with moved_away(stack.key):
        yield
