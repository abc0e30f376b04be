"""Redis, asked whether it is there and lets us in (RESP, https://redis.io/docs/reference/protocol-spec)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from glctl.clients.tcp import TcpError, connected, written

if TYPE_CHECKING:
    import socket

    from glctl.clients.failures import Failure
    from glctl.clients.tcp import Place
    from glctl.secret import Secret

_LONGEST = 512  # bytes of a line that is an answer


@dataclass(frozen=True, slots=True)
class RedisAnswer:
    """*failure*: why there is none. *error*: how Redis refuses (``NOAUTH …``); empty where all is well."""

    place: str
    failure: Failure | None = None
    error: str = ""


def ping(
    place: Place, password: Secret | None = None, username: str = "", *, tls: bool = False
) -> RedisAnswer:
    """Log in, where there is a *password*, and PING."""
    where = written(place)
    try:
        with connected(place, tls=tls) as connection:
            if password:
                _send(connection, "AUTH", *([username] if username else []), password.reveal())
                if (said := _line(connection)) != "+OK":
                    return RedisAnswer(where, error=_error(said))
            _send(connection, "PING")
            said = _line(connection)
            return RedisAnswer(where, error="" if said == "+PONG" else _error(said))
    except TcpError as exc:
        return RedisAnswer(where, exc.failure)


def _send(connection: socket.socket, *words: str) -> None:
    parts = [f"*{len(words)}\r\n".encode()]
    for word in words:
        encoded = word.encode()
        parts.append(b"$%d\r\n%s\r\n" % (len(encoded), encoded))
    connection.sendall(b"".join(parts))


def _line(connection: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\r\n") and len(said) < _LONGEST:
        piece = connection.recv(_LONGEST - len(said))
        if not piece:
            break
        said += piece
    return said.decode(errors="replace").strip()


def _error(said: str) -> str:
    return said.removeprefix("-") if said.startswith("-") else "what answers is no Redis"
