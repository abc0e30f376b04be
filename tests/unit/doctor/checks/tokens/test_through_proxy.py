from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.http import Exchange
from glctl.doctor.checks.tokens.through_proxy import CHECK
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


class Answering:
    """A client whose server always answers so."""

    def __init__(self, status: int, challenge: str = "") -> None:
        self.exchange = Exchange("GET", "u", "ping", status, {"www-authenticate": challenge})

    def request(self, *_: Any, **__: Any) -> Exchange:
        return self.exchange


def test_accepted(new_facts: Callable[..., Facts], run: Any) -> None:
    facts = new_facts(client=Answering(200), token=Secret("t"))
    assert run(CHECK, facts) == ([], "accepted at http://registry.example.com:5050")


@pytest.mark.parametrize(
    ("status", "challenge", "code"),
    [
        (401, 'Bearer realm="r",service="s"', "authorization-lost"),  # it saw no token at all
        (401, 'Bearer realm="r",error="invalid_token"', "token-refused"),
        (401, "", "token-refused"),
        (403, "", "token-refused"),
        (400, "", "token-refused"),
    ],
)
def test_refused(new_facts: Callable[..., Facts], run: Any, status: int, challenge: str, code: str) -> None:
    facts = new_facts(client=Answering(status, challenge), token=Secret("PLANTED"))
    [finding], _ = run(CHECK, facts)
    assert (finding.code, finding.subject) == (code, "http://registry.example.com:5050")
    assert "restart" not in finding.remedy  # the registry accepts it directly
    assert "PLANTED" not in repr(finding)
