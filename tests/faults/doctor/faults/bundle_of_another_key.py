"""The registry trusts the certificate of another key: a second node made its own."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from ways import edited

from glctl.clients import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-key-mismatch"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    other = keys.certify(keys.generate_key(bits=2048), time.time() - 60)
    with edited(stack.bundle, lambda _: other):
        stack.restart()
        yield
    stack.restart()
