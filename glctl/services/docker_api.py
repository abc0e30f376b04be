"""A Docker daemon asked at its socket."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT = 10.0  # seconds; a daemon that has been woken by its socket starts first
_MOST = 1 << 24  # bytes of an answer


def ask(path: Path, what: str) -> Any:
    """What the daemon at *path* answers to ``GET what`` (Docker Engine API), JSON read; None if nothing."""
    with suppress(OSError, ValueError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_TIMEOUT)
        connection.connect(str(path))
        connection.sendall(f"GET {what} HTTP/1.0\r\nHost: docker\r\n\r\n".encode())
        with connection.makefile("rb") as answer:
            head, _, body = answer.read(_MOST).partition(b"\r\n\r\n")
        if head.split(b" ")[1:2] == [b"200"]:
            return json.loads(body)
    return None
