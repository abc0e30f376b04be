"""In place of GitLab's key lies its certificate."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-key-unusable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.key, lambda _: stack.bundle.read_text()):
        yield
