import socket
import threading
from pathlib import Path

import pytest
from servers import free_port

from glctl.clients.tcp import TcpError, connected, written


def test_a_server_that_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, connected(server.getsockname()[:2]) as connection:
        assert connection.getpeername() == server.getsockname()


def test_a_unix_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        with connected(path) as connection:
            assert connection.getpeername() == path


@pytest.mark.parametrize(
    ("place", "kind"),
    [(("127.0.0.1", 0), "refused"), (("no.such.host.invalid", 1), "dns"), ("/nowhere/s", "unreachable")],
)
def test_nobody_there(place: tuple[str, int] | str, kind: str) -> None:
    place = (place[0], free_port()) if kind == "refused" else place
    with pytest.raises(TcpError) as error, connected(place):
        pass
    assert error.value.failure.kind == kind


def test_a_name_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: asked.wait(5) and [])
    with pytest.raises(TcpError) as error, connected(("db.example.com", 5432), timeout=0.1):
        pass
    asked.set()
    assert error.value.failure.kind == "dns"


def test_one_that_says_nothing() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(TcpError) as error,
        connected(server.getsockname()[:2], timeout=0.1) as connection,
    ):
        connection.recv(1)
    assert error.value.failure.kind == "timeout"


def test_one_that_speaks_no_tls() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(TcpError) as error,
        connected(server.getsockname()[:2], tls=True, timeout=0.1),
    ):
        pass
    assert error.value.failure.kind in ("tls", "timeout")


@pytest.mark.parametrize(("place", "text"), [(("::1", 1), "[::1]:1"), (("h", 2), "h:2"), ("/s", "/s")])
def test_places_in_words(place: tuple[str, int] | str, text: str) -> None:
    assert written(place) == text
