"""The realm is GitLab's address without /jwt/auth."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_runs_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "realm-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with registry_runs_with(stack, setting("auth", "token", "realm", value="https://gitlab.example.com")):
        yield
