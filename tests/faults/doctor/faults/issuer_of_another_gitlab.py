"""The registry runs with another issuer than GitLab is told by gitlab.rb."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import registry_runs_with, setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-issuer-differs"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with registry_runs_with(stack, setting("auth", "token", "issuer", value="gitlab-issuer")):
        yield
