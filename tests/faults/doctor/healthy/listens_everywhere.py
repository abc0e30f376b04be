"""nginx listens on all addresses of this host."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

from glctl.services import control
from glctl.services.catalog import NGINX

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    port, directory = stack.ports["nginx"], NGINX.directory(stack.root)
    everywhere = replaced((f"listen 127.0.0.1:{port};", f"listen *:{port};"))
    with edited(stack.vhost, everywhere):  # a reload cannot do that: the old address is still in use
        assert control.act(directory, control.RESTART).ok
        yield
    assert control.act(directory, control.RESTART).ok
