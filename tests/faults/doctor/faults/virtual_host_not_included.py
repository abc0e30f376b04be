"""nginx.conf no longer includes the virtual hosts."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from ways import edited, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-vhost-not-included"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with edited(stack.nginx_conf, replaced(("include service_conf/*.conf;", ""))):
        stack.reload_nginx()
        yield
    stack.reload_nginx()
