import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from glctl.paths import Root
from glctl.services import ports


def listen(family: socket.AddressFamily, host: str) -> socket.socket:
    server = socket.socket(family, socket.SOCK_STREAM)
    server.bind((host, 0))
    server.listen()
    return server


@pytest.fixture
def port() -> Iterator[int]:
    """A port of 127.0.0.1 that this process listens on."""
    with listen(socket.AF_INET, "127.0.0.1") as server:
        yield server.getsockname()[1]


@pytest.fixture
def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_who_listens(port: int) -> None:
    (listener,) = ports.listeners(port)
    assert (listener.host, listener.port, listener.uid) == ("127.0.0.1", port, os.geteuid())
    assert [process.pid for process in listener.processes] == [os.getpid()]
    assert str(listener).endswith(f" (pid {os.getpid()})")


def test_a_connection_is_no_listener(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as client:
        assert ports.listeners(client.getsockname()[1]) == ()


def test_workers_are_not_named_beside_their_master() -> None:
    with listen(socket.AF_INET, "127.0.0.1") as server:
        worker = subprocess.Popen(["sleep", "1000"], pass_fds=[server.fileno()])
        try:
            (listener,) = ports.listeners(server.getsockname()[1])
        finally:
            worker.kill()
            worker.wait()
    assert {process.pid for process in listener.processes} == {os.getpid(), worker.pid}
    assert str(worker.pid) not in str(listener)


@pytest.mark.parametrize(
    ("host", "held"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("*", True),
        ("", True),
        ("0.0.0.0", True),
        ("127.0.0.2", False),
        ("no.such.host.invalid", False),
    ],
)
def test_who_holds_an_address(port: int, host: str, held: bool) -> None:
    assert bool(ports.holders(host, port)) is held


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "*"])
def test_a_listener_on_every_address_holds_each(host: str) -> None:
    with listen(socket.AF_INET, "0.0.0.0") as server:
        assert ports.holders(host, server.getsockname()[1])


def test_ipv6_addresses_are_told_as_they_are_written() -> None:
    if ports.why_not("::1", 0):
        pytest.skip("this host has no IPv6")
    with listen(socket.AF_INET6, "::1") as server:
        (listener,) = ports.listeners(server.getsockname()[1])
        assert listener.host == "::1"
        assert ports.holders("[::1]", listener.port)
        assert not ports.holders("127.0.0.1", listener.port)
        assert ports.why_not("[::1]", listener.port) == "address already in use"


def test_an_ipv6_socket_on_an_ipv4_address_is_told_as_that() -> None:
    with socket.socket(socket.AF_INET6) as server:
        try:
            server.bind(("::ffff:127.0.0.1", 0))
        except OSError:
            pytest.skip("this host has no IPv6")
        server.listen()
        (listener,) = ports.listeners(server.getsockname()[1])
        assert listener.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0100007F" if sys.byteorder == "little" else "7F000001", "127.0.0.1"),
        ("00000000", "0.0.0.0"),
        ("0" * 32, "::"),
    ],
)
def test_addresses_as_the_kernel_prints_them(text: str, address: str) -> None:
    assert ports._address(text) == address


def test_an_address_that_can_be_bound(free: int) -> None:
    for host in ("127.0.0.1", "localhost", "*"):
        assert ports.why_not(host, free) == ""
    assert ports.why_not("127.0.0.1", free) == ""  # looking has not taken it


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "*", "0.0.0.0"])
def test_an_address_that_is_taken(port: int, host: str) -> None:
    assert ports.why_not(host, port) == "address already in use"


def test_addresses_that_cannot_be_had(free: int) -> None:
    assert ports.why_not("192.0.2.1", free) == "cannot assign requested address"  # RFC 5737: nobody's
    assert ports.why_not("no.such.host.invalid", free).startswith("'no.such.host.invalid' is no address: ")


def test_a_listener_that_nobody_is_seen_to_hold_is_looked_at_again(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unseen = ports.Listener("127.0.0.1", port, 0, ())
    assert ports.foreign([unseen], Root(tmp_path)) == ()  # its process had ended when it was looked for
    monkeypatch.setattr(ports, "listeners", lambda _port: (unseen,))
    assert ports.foreign([unseen], Root(tmp_path)) == (unseen,)
    monkeypatch.setattr(ports, "listeners", lambda _port: ())
    assert ports.foreign([unseen], Root(tmp_path)) == ()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("127.0.0.1", False), ("0.0.0.0", True), ("*", True), ("127.0.0.2", False), ("::1", False)],
)
def test_all_addresses_and_one_of_them_cannot_both_be_bound(port: int, wanted: str, expected: bool) -> None:
    assert ports.keeps_from_rebinding(wanted, port, [os.getpid()]) is expected
    assert not ports.keeps_from_rebinding(wanted, port, [1])


def test_a_port_that_nobody_has_keeps_nobody_from_anything(free: int) -> None:
    assert not ports.keeps_from_rebinding("*", free, [os.getpid()])
