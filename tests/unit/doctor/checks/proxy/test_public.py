from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.distribution import Challenge, Ping
from glctl.clients.failures import Failure, FailureKind
from glctl.clients.http import Exchange
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.proxy.public import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

OURS = Challenge("bearer", realm="https://gitlab.example.com/jwt/auth")


class Public:
    origin = "https://registry.example.com"
    addresses = ("10.0.0.1",)

    def __init__(self, ping: Ping) -> None:
        self.ping = ping


def answered(status: int | None, failure: FailureKind | None = None) -> Ping:
    why = Failure(failure, "it fails") if failure else None
    return Ping(
        Exchange("GET", "u", "ping", status, failure=why), "registry/2.0" if status == 401 else "", OURS
    )


@pytest.mark.parametrize(
    ("ping", "code", "severity"),
    [
        (answered(None, "refused"), "public-unreachable", "error"),
        (answered(None, "reset"), "public-unreachable", "error"),
        (answered(None, "timeout"), "public-unreachable", "warning"),
        (answered(None, "unreachable"), "public-unreachable", "warning"),
        (answered(None, "tls"), "proxy-scheme-mismatch", "error"),
        (answered(None, "protocol"), "proxy-scheme-mismatch", "error"),
        (answered(404), "wrong-backend", "error"),
    ],
)
def test_what_is_wrong_there(
    new_facts: Callable[..., Facts], run: Any, ping: Ping, code: str, severity: str
) -> None:
    [finding], _ = run(CHECK, new_facts(public=Public(ping), ping_local=answered(401)))
    assert (finding.code, finding.severity, finding.subject) == (code, severity, Public.origin)


def test_well(new_facts: Callable[..., Facts], run: Any) -> None:
    facts = new_facts(public=Public(answered(401)), ping_local=answered(401))
    assert run(CHECK, facts) == ([], "https://registry.example.com is 10.0.0.1 for this host")


def test_a_name_that_this_host_does_not_know(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError):
        run(CHECK, new_facts(public=Public(answered(None, "dns"))))
