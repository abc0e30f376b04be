"""The certificate counts from the day after tomorrow on."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import issued, pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-not-yet-valid"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with pair_shown(stack, issued(begins=2)):
        yield
