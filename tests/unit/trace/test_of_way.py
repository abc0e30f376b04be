from __future__ import annotations

import pytest
from recorded import DIGEST, VERSION, exchange, refused

from glctl.clients.failures import Failure, FailureKind
from glctl.trace.exchange import Conversation, Exchange
from glctl.trace.of_way import judge
from glctl.trace.talk import Talk

PAGE = (("Content-Type", "text/html"), ("Server", "nginx"))
CHECK = f"/v2/a/b/blobs/{DIGEST}"


def codes(*exchanges: Exchange) -> list[str]:
    return [finding.code for finding in judge(Talk(Conversation(exchanges)))]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("dns", "public-unreachable"),
        ("refused", "proxy-unreachable"),
        ("timeout", "public-unreachable"),
        ("tls", "tls-handshake-failed"),
        ("reset", "proxy-bad-answer"),
        ("protocol", "wrong-backend"),
    ],
)
def test_why_the_registry_is_not_reached(kind: FailureKind, code: str) -> None:
    assert codes(exchange("GET", "/v2/", None, failure=Failure(kind, "why"))) == [code]


def test_a_name_that_does_not_resolve_is_not_looked_for_in_firewalls() -> None:
    failed = exchange("GET", "/v2/", None, failure=Failure("dns", "it does not resolve"))
    (finding,) = judge(Talk(Conversation((failed,))))
    assert "DNS" in finding.remedy
    assert "firewall" not in finding.remedy


def test_plain_http_where_tls_is_expected() -> None:
    failure = Failure("tls", "registry.example.com:443 answers, but not in TLS")
    (finding,) = judge(Talk(Conversation((exchange("GET", "/v2/", None, failure=failure),))))
    assert finding.code == "tls-port-plain-http"
    assert "--dest-tls-verify=false" in finding.remedy


def test_a_client_that_goes_on_in_plain_http_is_well() -> None:
    failure = Failure("tls", "h:5000 answers, but not in TLS")
    first = exchange("GET", "https://h:5000/v2/", None, failure=failure)
    assert codes(first, exchange("GET", "http://h:5000/v2/", 200, answered=(VERSION,))) == []


@pytest.mark.parametrize(("seconds", "expected"), [(30.0, ["client-gave-up"]), (0.1, [])])
def test_a_client_that_waited_in_vain(seconds: float, expected: list[str]) -> None:
    failure = Failure("request", "the client hung up first")
    assert codes(exchange("GET", CHECK, None, failure=failure, seconds=seconds)) == expected


@pytest.mark.parametrize(
    ("method", "path", "status", "more", "code"),
    [
        ("GET", "/v2/", 404, {"answered": PAGE}, "wrong-backend"),
        ("GET", "/v2/", 200, {"answered": PAGE}, "wrong-backend"),
        ("GET", "/v2/", 302, {"answered": (("Location", "/users/sign_in"),)}, "proxy-redirects"),
        ("GET", "/v2/", 403, {"answered": PAGE}, "proxy-refuses"),
        ("GET", "/v2/", 502, {"answered": PAGE}, "proxy-bad-gateway"),
        ("GET", "/v2/", 503, {"json": refused("UNAVAILABLE", "health check failed")}, "registry-unhealthy"),
        ("PATCH", "/v2/a/b/blobs/uploads/1", 504, {"answered": PAGE}, "proxy-timeout-short"),
        ("PATCH", "/v2/a/b/blobs/uploads/1", 405, {"answered": PAGE}, "proxy-method-refused"),
        ("PATCH", "/v2/a/b/blobs/uploads/1", 500, {"json": refused("UNKNOWN")}, "push-failed"),
        ("HEAD", CHECK, 500, {"answered": (VERSION,)}, "pull-failed"),
        ("HEAD", CHECK, 429, {"answered": PAGE}, "proxy-rate-limited"),
        (
            "PUT",
            f"/v2/a/b/blobs/uploads/1?digest={DIGEST}",
            400,
            {"body": b"<html>The plain HTTP request was sent to HTTPS port</html>"},
            "proxy-scheme-mismatch",
        ),
    ],
)
def test_who_refuses_is_told_apart(
    method: str, path: str, status: int, more: dict[str, object], code: str
) -> None:
    assert codes(exchange(method, path, status, **more)) == [code]


def test_what_the_next_try_mends_is_no_fault() -> None:
    assert codes(exchange("GET", "/v2/", 502), exchange("GET", "/v2/", 200, answered=(VERSION,))) == []


@pytest.mark.parametrize("status", [401, 404])
def test_the_registrys_own_no_is_no_fault(status: int) -> None:
    assert codes(exchange("HEAD", CHECK, status, answered=(VERSION,))) == []
