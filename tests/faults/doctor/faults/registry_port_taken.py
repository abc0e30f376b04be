"""Somebody else listens on the registry's address."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import port_taken

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "port-taken"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with port_taken(stack, "http", "addr"):
        yield
