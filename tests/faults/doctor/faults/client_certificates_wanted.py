"""nginx wants certificates of its clients, which have none."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import nginx_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-refuses"
STACK = "https"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    authority = stack.path / "etc/gitlab/trusted-certs/authority.crt"
    wanted = f"ssl_verify_client on; ssl_client_certificate {authority}; ssl_protocols"
    with nginx_runs_with(stack, ("ssl_protocols", wanted)):
        yield
