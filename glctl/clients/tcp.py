"""A connection and the first bytes over it, for servers that do not speak HTTP."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

from glctl.clients.failures import Failure, explain
from glctl.clients.names import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT = 2.0  # seconds, for each step
Place = tuple[str, int] | str  # host without brackets and port, or the path of a unix socket


class TcpError(Exception):
    """No connection, or no answer; *failure* says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@contextmanager
def connected(place: Place, *, tls: bool = False, timeout: float = TIMEOUT) -> Iterator[socket.socket]:
    """A connection to *place*; *tls*: without a look at its certificate. Raises TcpError, within too."""
    try:
        with _connect(place, timeout) as plain:
            if tls:
                import ssl

                context = ssl.create_default_context()
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
                with context.wrap_socket(plain) as wrapped:
                    yield wrapped
            else:
                yield plain
    except OSError as exc:  # time-outs, TLS and name resolution, too
        raise TcpError(explain(exc, written(place))) from exc


def written(place: Place) -> str:
    """*place* as it is read: ``host:port``, or the path."""
    if isinstance(place, str):
        return place
    host, port = place
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _connect(place: Place, timeout: float) -> socket.socket:
    if not isinstance(place, str):
        if not resolve(place[0], timeout):  # the system waits much longer for a name server that is dead
            raise socket.gaierror(socket.EAI_NONAME, "no address was found for it in time")
        return socket.create_connection(place, timeout=timeout)
    made = socket.socket(socket.AF_UNIX)
    made.settimeout(timeout)
    try:
        made.connect(place)
    except OSError:
        made.close()
        raise
    return made
