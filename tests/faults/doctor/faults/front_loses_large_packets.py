"""Packets of full size are lost behind a load balancer, as by a wrong MTU (a relay of ours loses them)."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING

from fake_gitlab import front_runs_with

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stacks import Stack

CAUSE = "large-packets-lost"
STACK = "gitlab"
_MTU = 1400


@contextlib.contextmanager
def fault(stack: Stack) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = "127.0.0.1", stack.ports["nginx"]
        threading.Thread(target=_relay, args=(server, address), daemon=True).start()
        there = f"proxy_pass http://127.0.0.1:{server.getsockname()[1]};"
        with front_runs_with(stack, (f"proxy_pass http://127.0.0.1:{address[1]};", there)):
            yield
        server.shutdown(socket.SHUT_RDWR)
    stack.forget_logs()


def _relay(server: socket.socket, address: tuple[str, int]) -> None:
    with contextlib.suppress(OSError):  # the server has been closed
        while True:
            client, _ = server.accept()
            onward = socket.create_connection(address)
            for ends in ((client, onward, _MTU), (onward, client, 1 << 16)):
                threading.Thread(target=_pass_on, args=ends, daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket, longest: int) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            if len(data) <= longest:
                target.sendall(data)
        target.shutdown(socket.SHUT_WR)
