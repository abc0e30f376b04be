"""nginx tells the registry another host (X-Forwarded-Host)."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "location-wrong"
WRITE_ONLY = ("push",)


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    headers = "{ 'X-Forwarded-Host' => 'internal.example.com' }"
    with configured(stack, f"registry['nginx']['proxy_set_headers'] = {headers}"):
        yield
