from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING

import pytest

from glctl.commands.listening import _url_for_clients, door_of, duration, is_loopback, require_free
from glctl.errors import GlctlError, UsageError
from glctl.trace.proxy import Door

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_port_that_is_taken_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(
            GlctlError, match=f"Nobody can listen at 127.0.0.1:{port}: address already in use"
        ):
            require_free(Door("127.0.0.1", port))
    require_free(Door("127.0.0.1", 0))


@pytest.mark.parametrize(("text", "expected"), [("30s", 30), ("10m", 600), ("2h", 7200)])
def test_a_time(text: str, expected: float) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "10", "m", "0m", "-1s", "1.5h", "10 m", "³s", "2d"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(UsageError, match="no time"):
        duration(text)


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("127.0.0.1", "127.0.0.1", 0),
        ("localhost:8080", "localhost", 8080),
        ("[::1]:8080", "::1", 8080),
        ("[::1]", "::1", 0),
    ],
)
def test_this_machine_needs_no_password(address: str, host: str, port: int) -> None:
    assert door_of(address, password_stdin=False) == Door(host, port)


@pytest.mark.parametrize("address", ["0.0.0.0:8080", "192.0.2.1", "[::]:1", "proxy.example.com:8080"])
def test_others_do(address: str) -> None:
    one, other = (door_of(address, password_stdin=False) for _ in range(2))
    assert len(one.password) > 16
    assert one.password != other.password
    assert one.password not in repr(one)


@pytest.mark.parametrize("address", ["", ":8080", "host:port", "host:99999", "a@b", "a/b", "::1:8080:x]"])
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(UsageError, match="no address"):
        door_of(address, password_stdin=False)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_password_can_be_given(typed: Callable[[str], None]) -> None:
    typed("sesame open\nmore\n")
    assert door_of("192.0.2.1", password_stdin=True).password == "sesame open"


@pytest.mark.parametrize("text", ["", "\n", "a:b\n", "\033[2J\n"])
def test_what_is_no_password(text: str, typed: Callable[[str], None]) -> None:
    typed(text)
    with pytest.raises(UsageError, match="password-stdin"):
        door_of("127.0.0.1", password_stdin=True)


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.8.0.1", True), ("::1", True), ("localhost", True), ("::", False), ("x", False)],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("door", "show", "expected"),
    [
        (Door("127.0.0.1"), True, "http://127.0.0.1:9"),
        (Door("192.0.2.1", 9, "a b/c"), True, "http://glctl:a%20b%2Fc@192.0.2.1:9"),
        (Door("192.0.2.1", 9, "sesame"), False, "http://glctl:PASSWORD@192.0.2.1:9"),
        (Door("2001:db8::1", 9, "s"), True, "http://glctl:s@[2001:db8::1]:9"),
        (Door("0.0.0.0", 9, "s"), True, "http://glctl:s@this.example.com:9"),
    ],
)
def test_the_address_that_clients_are_told(
    door: Door, show: bool, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.node", lambda: "this.example.com")
    assert _url_for_clients("http://1.2.3.4:9", door, show) == expected
