"""A reconfigure was killed before the registry was seen up: its record is missing."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import moved_away

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "restart-owed"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    record = stack.path / "var/opt/gitlab/glctl/applied/registry"
    with moved_away(record):
        yield
