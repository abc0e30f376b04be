"""S3 accepts connections and answers nothing: moto is stopped by a signal."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "s3-unreachable"
STACK = "moto"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    stack.store.process.send_signal(signal.SIGSTOP)
    yield
    stack.store.process.send_signal(signal.SIGCONT)
