"""nginx is told to speak HTTP/2 without TLS, which clients do not."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

from glctl.services import control
from glctl.services.catalog import NGINX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "proxy-unreachable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    listen = f"listen 127.0.0.1:{stack.ports['nginx']}"
    with edited(stack.vhost, replaced((f"{listen};", f"{listen} http2;"))):
        _restart(stack)
        yield
    _restart(stack)


def _restart(stack: Stack) -> None:
    assert control.act(NGINX.directory(stack.root), control.RESTART).ok
    stack.wait_for("nginx")
