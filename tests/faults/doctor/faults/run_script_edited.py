"""The run script of the registry was edited by hand."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "file-drift"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.run_script("registry"), replaced(("exec 2>&1", "exec 2>&1\nulimit -c 0"))):
        yield
