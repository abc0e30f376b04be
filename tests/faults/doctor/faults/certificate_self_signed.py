"""The certificate is self-signed, and not the one that was made known."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from certificates import self_signed
from stacks import HOST
from ways import pair_shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "certificate-untrusted"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with pair_shown(stack, self_signed(HOST)):
        yield
