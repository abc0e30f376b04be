"""GitLab signs tokens with another key than the registry trusts: restored secrets."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import another_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-key-mismatch"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with another_key(stack):
        yield
