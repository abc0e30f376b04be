"""http.host in config.yml names an address that clients do not use."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_runs_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "location-wrong"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with registry_runs_with(stack, setting("http", "host", value="https://internal.example.com")):
        yield
