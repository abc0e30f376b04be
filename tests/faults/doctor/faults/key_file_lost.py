"""GitLab's copy of the key is gone; gitlab-secrets.json still has it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import moved_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "file-drift"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with moved_away(stack.key):
        yield
