"""A load balancer also leads to a second node, where nobody listens."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from fake_gitlab import front_leads_to
from servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-bad-gateway"
STACK = "gitlab"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with front_leads_to(stack, stack.ports["nginx"], free_port()):
        yield
    stack.forget_logs()
