"""A large body announced and never sent: whether a proxy would take it, told by its first answer.

``Expect: 100-continue`` (RFC 9110, section 10.1.1) has a server judge the headers before the body. nginx,
Apache and the large content networks refuse by Content-Length at once; who says 100 would read it.
"""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from glctl.clients.http import address_of

if TYPE_CHECKING:
    from glctl.clients.http import Address

_MAX_HEAD = 1 << 14


def offer_body(base: str, path: str, size: int, *, via: Address | None = None, timeout: float = 2.0) -> int:
    """The status that answers a PATCH of *size* bytes to *path*, announced only; 100 where it is wanted.

    *via* is where to connect instead of *base*'s own address. 0 where nothing answers in *timeout* seconds:
    a proxy that reads whole bodies first and knows no Expect. No certificate is verified.
    """
    head = (
        f"PATCH {path} HTTP/1.1\r\nHost: {urlsplit(base).netloc}\r\nUser-Agent: glctl\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: {size}\r\n"
        "Expect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    try:
        plain = socket.create_connection(via or address_of(base), timeout)
        with plain, _wrapped(plain, base) as connection:
            connection.sendall(head.encode())
            return _status(_first_line(connection))
    except (OSError, ValueError):
        return 0


def _wrapped(plain: socket.socket, base: str) -> socket.socket:
    if not base.startswith("https:"):
        return plain
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain, server_hostname=address_of(base)[0])


def _first_line(connection: socket.socket) -> bytes:
    head = b""
    while b"\n" not in head and len(head) < _MAX_HEAD and (more := connection.recv(_MAX_HEAD)):
        head += more
    return head.partition(b"\n")[0]


def _status(line: bytes) -> int:
    words = line.split()
    return int(words[1]) if len(words) > 1 and words[0].startswith(b"HTTP/") and words[1].isdigit() else 0
