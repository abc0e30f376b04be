from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING

import pytest

from glctl.clients.names import is_own, resolve

if TYPE_CHECKING:
    from typing import Any


@pytest.mark.parametrize(
    ("host", "addresses"),
    [("127.0.0.1", ("127.0.0.1",)), ("[::1]", ("::1",)), ("nosuch.invalid", ()), ("a" * 70 + ".invalid", ())],
)
def test_where_a_name_leads(monkeypatch: pytest.MonkeyPatch, host: str, addresses: tuple[str, ...]) -> None:
    asked = socket.getaddrinfo

    def ask(name: str, *args: Any, **more: Any) -> Any:
        if name == "nosuch.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return asked(name, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    assert resolve(host) == addresses


def test_a_resolver_that_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(2) or [])
    begun = time.monotonic()
    assert resolve("slow.example.com", timeout=0.05) == ()
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(("address", "own"), [("127.0.0.1", True), ("127.1.2.3", True), ("192.0.2.1", False)])
def test_whose_address_it_is(address: str, own: bool) -> None:
    assert is_own(address) == own
