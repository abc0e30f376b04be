"""Nothing listens at the registry's public address, while nginx answers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "public-unreachable"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with front_runs_with(stack, ("listen 127.0.0.1:", "listen 127.0.0.9:")):
        yield
