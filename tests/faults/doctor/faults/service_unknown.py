"""The registry wants tokens for a service that GitLab does not know."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_runs_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-service-unknown"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with registry_runs_with(stack, setting("auth", "token", "service", value="registry.example.com")):
        yield
