import contextlib
import os
import socket
import threading
from collections.abc import Iterator

import pytest

from glctl.secret import Secret
from glctl.services.abstract_socket import NO_ANSWER, listens, status_of

Server = tuple[str, list[bytes], list[bytes]]


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that answers with the bytes of its list, one after the other: its name, what it was asked."""
    name, asked, answers = f"glctl-test-{os.urandom(8).hex()}", [], [b""]
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"\0{name}")
        listener.listen()

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                with client, contextlib.suppress(BrokenPipeError):  # who only looks has gone
                    asked.append(client.recv(4000))
                    client.sendall(answers[0])

        threading.Thread(target=serve, daemon=True).start()
        yield name, asked, answers
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.0 401 Unauthorized\r\n", 401),
        (b"HTTP/1.1 503 x", 503),
        (b"", NO_ANSWER),
        (b"a b", NO_ANSWER),
    ],
)
def test_the_status_of_an_answer(server: Server, answer: bytes, status: int) -> None:
    name, asked, answers = server
    answers[0] = answer
    assert status_of(name, "/v2/", timeout=5, token=Secret("hunter2")) == status
    assert asked[-1].startswith(b"GET /v2/ HTTP/1.0\r\n")
    assert b"\r\nAuthorization: Bearer hunter2\r\n" in asked[-1]


def test_who_listens_and_who_does_not(server: Server) -> None:
    assert listens(server[0])
    assert not listens(f"{server[0]}-nobody")
    assert status_of(f"{server[0]}-nobody", "/", timeout=1) == NO_ANSWER
