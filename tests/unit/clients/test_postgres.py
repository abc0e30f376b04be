"""Against sockets that answer as PostgreSQL does, or as others do."""

import socket
import threading

import pytest
from servers import free_port

from glctl.clients.postgres import why_not


def answered(said: bytes) -> tuple[bytes, str]:
    """What a server that answers *said* was asked, and why it is none."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                asked.append(connection.recv(8))
                connection.sendall(said)

        thread = threading.Thread(target=serve)
        thread.start()
        failure = why_not(server.getsockname()[:2])
        thread.join()
    return asked[0], failure.kind if failure else ""


@pytest.mark.parametrize(
    ("said", "why"), [(b"S", ""), (b"N", ""), (b"HTTP/1.1 400", "protocol"), (b"", "protocol")]
)
def test_answers(said: bytes, why: str) -> None:
    asked, kind = answered(said)
    assert asked == b"\0\0\0\x08\x04\xd2\x16\x2f"  # SSLRequest
    assert kind == why


def test_nobody_there() -> None:
    failure = why_not(("127.0.0.1", free_port()))
    assert failure
    assert failure.kind == "refused"
