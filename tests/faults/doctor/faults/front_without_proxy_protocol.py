"""nginx wants the PROXY protocol, in which the load balancer does not speak."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import configured

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-bad-gateway"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with configured(stack, "registry['nginx']['proxy_protocol'] = true"):
        yield
