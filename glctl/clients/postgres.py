"""PostgreSQL, asked whether it is there: an SSLRequest, which needs no account (protocol, message flow)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from glctl.clients.failures import Failure
from glctl.clients.tcp import TcpError, connected, written

if TYPE_CHECKING:
    from glctl.clients.tcp import Place

_SSL_REQUEST = struct.pack("!II", 8, 80877103)
_ANSWERS = (b"S", b"N")  # with TLS, without


def why_not(place: Place) -> Failure | None:
    """Why PostgreSQL does not answer at *place*; None where it does."""
    try:
        with connected(place) as connection:
            connection.sendall(_SSL_REQUEST)
            answer = connection.recv(1)
    except TcpError as exc:
        return exc.failure
    return (
        None if answer in _ANSWERS else Failure("protocol", f"{written(place)} answers, but is no PostgreSQL")
    )
