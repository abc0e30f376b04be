"""The workers of nginx may open few files, and idle clients have used them up."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

from servers import wait_until
from ways import edited

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "too-many-open-files"
_LIMIT = 24


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    log = stack.log.parent.parent / "nginx/current"
    with (
        edited(stack.nginx_conf, lambda text: f"worker_rlimit_nofile {_LIMIT};\n{text}"),
        contextlib.ExitStack() as clients,
    ):
        stack.reload_nginx()
        for _ in range(_LIMIT):
            clients.enter_context(socket.create_connection(("127.0.0.1", stack.ports["nginx"])))
        wait_until(lambda: b"Too many open files" in log.read_bytes(), "nginx says so")
        yield
    stack.reload_nginx()
    stack.forget_logs()
