"""gitlab-secrets.json was cut off."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "secrets-unreadable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.gitlab_rb.with_name("gitlab-secrets.json"), lambda text: text[:-20]):
        yield
