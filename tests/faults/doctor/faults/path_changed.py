"""nginx passes requests on without their first part (/v2)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import location_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "wrong-backend"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with location_with(stack, "rewrite ^/v2/(.*) /$1 break;"):
        yield
