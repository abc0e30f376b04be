"""The realm is the registry's own address."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from stacks import HOST
from ways import registry_runs_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "realm-invalid"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    realm = f"http://{HOST}:{stack.ports['nginx']}/jwt/auth"
    with registry_runs_with(stack, setting("auth", "token", "realm", value=realm)):
        yield
