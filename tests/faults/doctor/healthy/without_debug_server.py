"""No debug server, as Omnibus has it unless told otherwise."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with configured(stack, "", without="debug_addr"):
        yield
