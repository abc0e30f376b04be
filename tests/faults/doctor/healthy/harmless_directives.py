"""nginx has further headers, limits and a log of its own for the registry."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import location_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    more = "proxy_set_header X-Site example; add_header X-Served-By nginx; client_max_body_size 20g;"
    with location_with(stack, more):
        yield
