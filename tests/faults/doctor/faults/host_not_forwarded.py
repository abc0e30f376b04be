"""nginx does not tell the registry the host that clients ask for, nor puts its answer right."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "location-wrong"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_runs_with(stack, ("proxy_set_header Host $http_host;", "proxy_redirect off;")):
        yield
