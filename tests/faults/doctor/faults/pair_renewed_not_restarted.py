"""Key and certificate are renewed, and the registry is not restarted."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from ways import edited

from glctl.clients import keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "token-refused"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    key = keys.generate_key(bits=2048)
    certificate = keys.certify(key, time.time() - 60)
    with edited(stack.key, lambda _: key.reveal()), edited(stack.bundle, lambda _: certificate):
        yield
    stack.restart()  # what its log says of tokens counts until then
