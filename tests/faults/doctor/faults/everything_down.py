"""The supervisor and all services are ended, as by glctl down."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "supervisor-missing"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    assert stack.glctl("down")[0] == 0
    yield
    assert stack.glctl("start")[0] == 0
    stack.wait_for("registry")
    stack.wait_for("nginx")
