"""nginx serves https and tells the registry http."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "location-wrong"
STACK = "https"
WRITE_ONLY = ("push",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with configured(stack, "registry['nginx']['proxy_set_headers'] = { 'X-Forwarded-Proto' => 'http' }"):
        yield
