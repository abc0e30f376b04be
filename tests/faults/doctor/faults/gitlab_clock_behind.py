"""The clock of GitLab's machine is two minutes behind."""

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
    with gitlab(stack, ahead=-120):
        yield
