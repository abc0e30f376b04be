"""The clock of GitLab's machine is five minutes ahead."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import gitlab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "gitlab-clock-skew"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with gitlab(stack, ahead=300):
        yield
