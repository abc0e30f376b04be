"""The configuration of svlogd has every line thrown away."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "file-drift"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.log.parent / "config", lambda text: f"{text}-*\n"):
        yield
