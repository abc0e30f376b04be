"""Redis has become the replica of another one, and takes nothing."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

from servers import free_port, redis_server
from ways import configured, redis_cache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "redis-unreachable"


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with redis_server() as port, configured(stack, redis_cache(port)):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(f"REPLICAOF 127.0.0.1 {free_port()}\r\n".encode())
            assert connection.recv(64) == b"+OK\r\n"
        yield
