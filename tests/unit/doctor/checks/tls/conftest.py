"""Certificates and places where they are shown, of a test's making."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.certificates import Certificate
from glctl.clients.failures import Failure
from glctl.clients.tls import Handshake
from glctl.doctor.tls import Place

if TYPE_CHECKING:
    from collections.abc import Callable

HOST = "registry.example.com"
DAY = 86400.0
NOW = 1_790_000_000.0


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr("time.time", lambda: NOW)
    return NOW


@pytest.fixture
def certificate() -> Callable[..., Certificate]:
    """Makes a healthy one, but for what the test changes."""

    def make(**fields: Any) -> Certificate:
        whole = {
            "subject": f"CN={HOST}",
            "issuer": "CN=Authority",
            "names": (HOST,),
            "addresses": (),
            "common_name": HOST,
            "not_before": NOW - 60 * DAY,
            "not_after": NOW + 30 * DAY,
            "weakness": "",
            "issuer_urls": (),
            "public_key": b"key",
            "fingerprint": "f" * 64,
            **fields,
        }
        return Certificate(**whole)

    return make


@pytest.fixture
def place() -> Callable[..., Place]:
    """Makes a place that shows a chain, or fails in a handshake."""

    def make(*chain: Certificate, kind: Any = None, message: str = "", **fields: Any) -> Place:
        shown = Handshake(
            chain,
            fields.pop("protocol", "TLSv1.3" if chain else ""),
            Failure(kind, message) if kind else None,
            fields.pop("plain_http", False),
        )
        whole = {"host": HOST, "service": "nginx", **fields}
        return Place(f"https://{HOST}:5050", ("127.0.0.1", 5050), shown=shown, **whole)

    return make
