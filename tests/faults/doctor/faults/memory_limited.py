"""The registry may use less memory than it begins with."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, registry_ends, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-panic"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    limited = replaced(("exec 2>&1", "exec 2>&1\nulimit -v 150000"))
    with registry_ends(stack, b"failed to reserve", edited(stack.run_script("registry"), limited)):
        yield
