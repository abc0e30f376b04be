"""The registry runs without token authentication: everybody may push."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_runs_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "registry-not-authenticating"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with registry_runs_with(stack, setting("auth", value=None)):
        yield
