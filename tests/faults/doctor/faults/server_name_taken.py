"""Another virtual host, which nginx reads first, has the name of the registry."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from stacks import HOST
from ways import added

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "nginx-server-name-twice"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    text = f"server {{ listen 127.0.0.1:{stack.ports['nginx']}; server_name {HOST}; return 200 'hello'; }}"
    with added(stack.vhost.with_name("a-blog.conf"), text):
        stack.reload_nginx()
        yield
    stack.reload_nginx()
