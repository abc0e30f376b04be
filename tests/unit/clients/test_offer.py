from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from glctl.clients.offer import offer_body

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 413 Request Entity Too Large\r\n\r\n", 413),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 Unauthorized\r\n\r\n", 100),
        (b"HTTP/1.1 401\r\n\r\n", 401),
        (b"SSH-2.0-OpenSSH\r\n", 0),
        (b"", 0),
    ],
)
def test_the_first_answer_counts_and_no_body_is_sent(
    listening: socket.socket, answer: bytes, status: int
) -> None:
    port = listening.getsockname()[1]
    sent: list[bytes] = []

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            sent.append(connection.recv(4096))
            connection.sendall(answer)

    server = threading.Thread(target=serve)
    server.start()
    via = ("127.0.0.1", port)
    assert offer_body("http://registry.example.com:5050", "/v2/a/b", 10 << 30, via=via) == status
    server.join()
    head = sent[0].decode()
    assert head.startswith("PATCH /v2/a/b HTTP/1.1\r\nHost: registry.example.com:5050\r\n")
    assert f"Content-Length: {10 << 30}\r\n" in head
    assert head.endswith("\r\n\r\n")


def test_nobody_answers(listening: socket.socket) -> None:
    port = listening.getsockname()[1]
    assert offer_body(f"http://127.0.0.1:{port}", "/", 1, timeout=0.05) == 0
    assert offer_body("nonsense", "/", 1) == 0
