"""The audience is changed back in config.yml, and the registry runs on with the wrong one."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, registry_runs_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-refused"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    wrong = setting("auth", "token", "service", value="docker")
    right = setting("auth", "token", "service", value="container_registry")
    with registry_runs_with(stack, wrong), edited(stack.config, right):
        yield
