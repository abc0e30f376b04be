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
    """*failure*: why there is none. *error*: how Redis refuses (``NOAUTH …``); empty where all is well.

    *role*: what it is by its own word, master, slave or sentinel; empty where it does not tell.
    """

    place: str
    failure: Failure | None = None
    error: str = ""
    role: str = ""


def ping(
    place: Place, password: Secret | None = None, username: str = "", *, database: int = 0, tls: bool = False
) -> RedisAnswer:
    """Log in, where there is a *password*, select the *database*, PING, and ask for the role."""
    where = written(place)
    try:
        with connected(place, tls=tls) as connection:
            if password:
                names = [username] if username else []
                if said := _refused(connection, "+OK", "AUTH", *names, password.reveal()):
                    return RedisAnswer(where, error=said)
            if database and (said := _refused(connection, "+OK", "SELECT", str(database))):
                return RedisAnswer(where, error=said)
            if said := _refused(connection, "+PONG", "PING"):
                return RedisAnswer(where, error=said)
            return RedisAnswer(where, role=_role(connection))
    except TcpError as exc:
        return RedisAnswer(where, exc.failure)


def _refused(connection: socket.socket, well: str, *words: str) -> str:
    """How a command is refused; empty where its answer is *well*."""
    _send(connection, *words)
    said = _line(connection)
    return "" if said == well else _error(said)


def _role(connection: socket.socket) -> str:
    """The first part of the answer to ROLE, an array."""
    _send(connection, "ROLE")
    said = _line(connection).split()
    return said[2] if len(said) > 2 and said[0].startswith("*") else ""


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
