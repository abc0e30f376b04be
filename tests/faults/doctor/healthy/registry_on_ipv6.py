"""The registry listens on an IPv6 address."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    lines = f"registry['registry_http_addr'] = '[::1]:{stack.ports['registry']}'"
    with configured(stack, lines, without="registry_http_addr"):
        yield
