from __future__ import annotations

from email.utils import formatdate

import pytest
from recorded import BEGAN, DIGEST, REALM, exchange

from glctl.trace.clocks import judge, server_time
from glctl.trace.exchange import Conversation, Exchange
from glctl.trace.talk import Talk

S3 = "https://s3.example.com/b/k"


def at(method: str, url: str, ahead: float, status: int = 200, **more: str) -> Exchange:
    headers = (("Date", formatdate(BEGAN + ahead, usegmt=True)), *more.items())
    return exchange(method, url, status, answered=headers)


def judged(*exchanges: Exchange) -> list[tuple[str, str, str]]:
    findings = judge(Talk(Conversation(exchanges)))
    return [(finding.code, finding.severity, finding.subject) for finding in findings]


def test_clocks_that_agree_are_not_told() -> None:
    assert judged(at("GET", "/v2/", 0), at("GET", REALM, 30)) == []


def test_where_all_servers_agree_it_is_the_clients() -> None:
    assert judged(at("GET", "/v2/", 900), at("GET", REALM, 901)) == [("clock-skew", "error", "this machine")]


def test_one_server_against_the_client_is_a_warning() -> None:
    assert judged(at("GET", "/v2/", -900)) == [("clock-skew", "warning", "registry.example.com")]


def test_one_of_several_is_that_ones() -> None:
    led = at("GET", f"/v2/a/b/blobs/{DIGEST}", 0, 307, Location=S3)
    assert judged(led, at("GET", REALM, -700), at("GET", S3, 0)) == [
        ("gitlab-clock-skew", "error", "gitlab.example.com")
    ]
    assert judged(led, at("GET", REALM, 0), at("GET", S3, 1000)) == [
        ("s3-clock-skewed", "error", "s3.example.com")
    ]


@pytest.mark.parametrize(
    "headers", [(), (("Date", "yesterday"),), (("Date", "Wed, 18 Nov 2026 11:06:40 GMT"), ("Age", "12"))]
)
def test_answers_that_tell_no_time(headers: tuple[tuple[str, str], ...]) -> None:
    assert server_time(exchange("GET", "/v2/", answered=headers)) is None
