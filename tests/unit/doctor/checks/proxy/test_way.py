from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.distribution import Challenge, Ping
from glctl.clients.failures import Failure
from glctl.clients.http import Exchange
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.proxy.way import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

OURS = Challenge("bearer", realm="https://gitlab.example.com/jwt/auth")
THEIRS = Challenge("bearer", realm="https://other.example.com/auth/token")

NO_HTTP = Failure("protocol", "nginx answers, but not in HTTP")


def ping(status: int | None, challenge: Challenge | None = OURS, version: str = "registry/2.0") -> Ping:
    failure = None if status else Failure("refused", "nothing listens")
    return Ping(Exchange("GET", "u", "ping", status, failure=failure), version, challenge)


def test_the_same_answer_as_by_itself(new_facts: Callable[..., Facts], run: Any) -> None:
    findings, note = run(CHECK, new_facts(ping_local=ping(401), ping_proxy=ping(401)))
    assert findings == []
    assert note.startswith("http://registry.example.com:5050/v2/ answers 401")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (ping(None, None, ""), "proxy-unreachable"),
        (Ping(Exchange("GET", "u", "ping", None, failure=NO_HTTP), "", None), "proxy-unreachable"),
        (ping(502, None, ""), "proxy-bad-gateway"),
        (ping(504, None, ""), "proxy-bad-gateway"),
        (ping(200, None, ""), "wrong-backend"),
        (ping(404, None, ""), "wrong-backend"),
        (ping(301, None, ""), "wrong-backend"),
        (ping(401, THEIRS), "proxy-bad-answer"),
        (ping(200), "proxy-bad-answer"),
    ],
)
def test_other_answers(new_facts: Callable[..., Facts], run: Any, answer: Ping, code: str) -> None:
    [finding], _ = run(CHECK, new_facts(ping_local=ping(401), ping_proxy=answer))
    assert (finding.code, finding.subject) == (code, "http://registry.example.com:5050")


def test_no_answer_in_time_is_that_of_what_stands_behind(new_facts: Callable[..., Facts], run: Any) -> None:
    late = Exchange("GET", "u", "ping", failure=Failure("timeout", "no answer in time"))
    answer = Ping(late, "", None)
    [finding], note = run(CHECK, new_facts(ping_local=ping(401), ping_proxy=answer))
    assert (finding.code, note) == ("proxy-bad-gateway", "no answer")
    assert "passes requests on to 127.0.0.1:5000" in finding.evidence[1]


def test_both_ends_of_the_way_are_shown(new_facts: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(CHECK, new_facts(ping_local=ping(401), ping_proxy=ping(502, None, "")))
    assert finding.evidence[1:] == (
        "/nginx/gitlab-registry.conf passes requests on to 127.0.0.1:5000",
        "/registry/config.yml: http.addr is 127.0.0.1:5000",
    )


def test_with_autoredirect_the_realm_follows_the_request(new_facts: Callable[..., Facts], run: Any) -> None:
    config = {"auth": {"token": {"autoredirect": True}}}
    facts = new_facts(config=config, ping_local=ping(401), ping_proxy=ping(401, THEIRS))
    assert run(CHECK, facts)[0] == []


def test_no_virtual_host(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError):
        run(CHECK, new_facts(vhost=None))
