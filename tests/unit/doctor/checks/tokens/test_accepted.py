from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.distribution import Challenge, Ping
from glctl.clients.http import Exchange
from glctl.doctor.checks.tokens.accepted import CHECK, why_refused
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


class Answering:
    """A client whose server always answers so, and what it was sent."""

    def __init__(self, status: int, challenge: str = "") -> None:
        self.exchange = Exchange("GET", "u", "ping", status, {"www-authenticate": challenge})
        self.sent: list[tuple[str, str]] = []

    def request(self, _method: str, url: str, *, headers: dict[str, Any], **_: Any) -> Exchange:
        self.sent.append((url, headers["Authorization"].reveal()))
        return self.exchange


def test_accepted(new_facts: Callable[..., Facts], run: Any) -> None:
    client = Answering(200)
    assert run(CHECK, new_facts(client=client, token=Secret("t"))) == ([], "accepted")
    assert client.sent == [("http://127.0.0.1:5000/v2/", "Bearer t")]


@pytest.mark.parametrize("unread", [(), ("config.yml changed",)])
def test_refused(new_facts: Callable[..., Facts], run: Any, unread: tuple[str, ...]) -> None:
    client = Answering(401, 'Bearer realm="r",error="invalid_token"')
    [finding], note = run(CHECK, new_facts(client=client, token=Secret("PLANTED"), unread_changes=unread))
    assert (finding.code, note) == ("token-refused", "refused")
    assert finding.evidence == ("ping: 401 (error=invalid_token)", *unread)
    assert ("older settings" in finding.cause) == bool(unread)
    assert finding.remedy.endswith("glctl restart registry")
    assert "PLANTED" not in repr(finding)


@pytest.mark.parametrize(
    ("challenge", "words"),
    [
        (None, "ping: 401"),
        (Challenge("bearer"), "ping: 401"),
        (Challenge("bearer", error="e"), "ping: 401 (error=e)"),
    ],
)
def test_why(challenge: Challenge | None, words: str) -> None:
    assert why_refused(Ping(Exchange("GET", "u", "ping", 401), "", challenge)) == words
