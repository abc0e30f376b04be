"""nginx is told to speak TLS 1.1 only, which its OpenSSL does not any more."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "tls-protocol-old"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with nginx_runs_with(stack, ("ssl_protocols ", "ssl_protocols TLSv1.1; #")):
        yield
