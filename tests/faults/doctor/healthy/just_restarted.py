"""All services have just been restarted."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    assert stack.glctl("restart")[0] == 0
    stack.wait_for("registry")
    stack.wait_for("nginx")
    yield
