from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import keys
from glctl.clients.distribution import Challenge, Ping
from glctl.clients.http import Exchange
from glctl.doctor.checks.tokens.accepted import CHECK, why_refused
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

KEY = keys.read_private_key(keys.generate_key(bits=2048), "test")


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
    said = ["the log's words"]
    facts = new_facts(
        client=client, token=Secret("PLANTED"), unread_changes=unread, said_of_tokens=said, key=KEY
    )
    [finding], note = run(CHECK, facts)
    assert (finding.code, note) == ("token-refused", "refused")
    assert finding.evidence == ("ping: 401 (error=invalid_token)", *said, *unread)
    assert ("older settings" in finding.cause) == bool(unread)
    assert unread or finding.cause == "the log's words"
    assert finding.remedy.endswith("glctl restart registry")
    assert "PLANTED" not in repr(finding)


class Version3:
    """As version 3 of the upstream registry, which Debian has not: it knows keys by their thumbprint."""

    def request(self, *_: Any, headers: dict[str, Any], **__: Any) -> Exchange:
        token = keys.read_token(Secret(headers["Authorization"].reveal().removeprefix("Bearer ")))
        assert token
        known = token.header["kid"] == keys.thumbprint(KEY.public_key())
        return Exchange("GET", "u", "ping", 200 if known else 401)


def test_a_registry_that_names_keys_otherwise(new_facts: Callable[..., Facts], run: Any) -> None:
    facts = new_facts(client=Version3(), unread_changes=(), said_of_tokens=[], key=KEY)
    [finding], _ = run(CHECK, facts)
    assert finding.code == "token-key-id-foreign"


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
