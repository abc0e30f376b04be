"""The debug server listens on every address."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "debug-server-exposed"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    lines = f"registry['debug_addr'] = '0.0.0.0:{stack.ports['debug']}'"
    with configured(stack, lines, without="debug_addr"):
        yield
