"""The certificate has a wildcard that would have to stand for two labels."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import issued, pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-name-mismatch"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with pair_shown(stack, issued(names=("*.com",))):
        yield
