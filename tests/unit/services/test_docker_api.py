from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from glctl.services.docker_api import ask

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def answering(path: Path, answer: bytes) -> Iterator[None]:
    """A daemon that gives this one answer."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b'HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{"a": [1]}\n', {"a": [1]}),
        (b"HTTP/1.0 500 Internal Server Error\r\n\r\n{}", None),
        (b"HTTP/1.0 200 OK\r\n\r\nnonsense", None),
        (b"", None),
    ],
)
def test_what_a_daemon_answers(tmp_path: Path, answer: bytes, expected: object) -> None:
    with answering(tmp_path / "s", answer):
        assert ask(tmp_path / "s", "/info") == expected


def test_where_none_is_there_is_no_answer(tmp_path: Path) -> None:
    assert ask(tmp_path / "s", "/info") is None
