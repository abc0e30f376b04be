"""nginx listens on an IPv6 address only."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    lines = "registry['nginx']['listen_addresses'] = ['[::1]']"
    with configured(stack, lines, without="registry['nginx']['listen_addresses']"):
        yield
