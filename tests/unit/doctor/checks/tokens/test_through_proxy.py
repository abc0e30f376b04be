from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.http import Exchange
from glctl.doctor.checks.tokens.through_proxy import CHECK
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


BASE = "http://registry.example.com:5050"
UNSEEN = 'Bearer realm="r",service="s"'  # of a registry that saw no token at all


class Answering:
    """A client whose server always answers so, but *fresh* at an address that nobody has asked before."""

    def __init__(self, status: int, challenge: str = "", version: str = "", fresh: int = 0) -> None:
        headers = {"www-authenticate": challenge, "docker-distribution-api-version": version}
        self.exchange = Exchange("GET", "u", "ping", status, headers)
        self.fresh = fresh

    def request(self, method: str, url: str, **_: Any) -> Exchange:
        return replace(self.exchange, status=self.fresh) if "?" in url and self.fresh else self.exchange


def facts_with(new_facts: Callable[..., Facts], client: Answering) -> Facts:
    facts = new_facts(client=client, token=Secret("PLANTED"))
    facts.tokens().large_token = lambda: Secret("PLANTED")  # type: ignore[method-assign]  # signs nothing
    return facts


def test_what_is_large_is_lost(new_facts: Callable[..., Facts], run: Any) -> None:
    class Narrow(Answering):
        def request(self, method: str, url: str, *, headers: Any, **_: Any) -> Exchange:
            large = "PLANTED" in headers["Authorization"].reveal()
            return replace(self.exchange, status=None) if large else self.exchange

    facts = facts_with(new_facts, Narrow(200))
    facts.tokens().token = lambda *_, **__: Secret("small")  # type: ignore[method-assign]  # signs nothing
    [finding], note = run(CHECK, facts)
    assert (finding.code, note) == ("large-packets-lost", "lost on the way")


def test_accepted(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, facts_with(new_facts, Answering(200))) == ([], f"accepted at {BASE}")


@pytest.mark.parametrize(
    ("client", "code"),
    [
        (Answering(401, UNSEEN), "authorization-lost"),
        (Answering(401, UNSEEN, fresh=200), "proxy-caches"),
        (Answering(401, 'Bearer realm="r",error="invalid_token"'), "token-refused"),
        (Answering(401), "token-refused"),
        (Answering(403, version="registry/2.0"), "token-refused"),
        (Answering(403), "proxy-refuses"),
        (Answering(400), "proxy-refuses"),
        (Answering(431), "proxy-refuses"),
        (Answering(502), "proxy-bad-gateway"),
        (Answering(429), "proxy-rate-limited"),
    ],
)
def test_refused(new_facts: Callable[..., Facts], run: Any, client: Answering, code: str) -> None:
    [finding], _ = run(CHECK, facts_with(new_facts, client))
    assert (finding.code, finding.severity, finding.subject) == (code, "error", BASE)
    assert "restart" not in finding.remedy  # the registry accepts it directly
    assert "PLANTED" not in repr(finding)
