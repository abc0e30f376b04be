"""HTTP over a socket in the abstract namespace (unix(7)): it has no file, and goes with who made it."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.secret import Secret

NO_ANSWER = 599  # in place of a status, greater than any


def listens(name: str) -> bool:
    """Whether somebody listens on the abstract socket *name*; Go writes it with an ``@`` before."""
    with socket.socket(socket.AF_UNIX) as probe:
        return not probe.connect_ex(f"\0{name}")


def status_of(name: str, path: str, *, timeout: float, token: Secret | None = None) -> int:
    """The status of the answer to a GET of *path*; NO_ANSWER where none comes in *timeout* seconds."""
    headers = f"Authorization: Bearer {token.reveal()}\r\n" if token else ""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(timeout)
        try:
            client.connect(f"\0{name}")
            client.sendall(f"GET {path} HTTP/1.0\r\nHost: trial\r\n{headers}\r\n".encode())
            return int(client.recv(64).split()[1])
        except (OSError, IndexError, ValueError):
            return NO_ANSWER
