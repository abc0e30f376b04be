"""The registry is to listen on localhost."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    address = f"localhost:{stack.ports['registry']}"
    with configured(stack, f"registry['registry_http_addr'] = '{address}'", without="registry_http_addr"):
        yield
