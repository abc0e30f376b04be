from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.distribution import Challenge, Ping
from glctl.clients.http import Exchange
from glctl.doctor import virtual_host
from glctl.doctor.checks.proxy.judge import judge

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

BASE = "http://registry.example.com:5050"
OURS = Challenge("bearer", realm="https://gitlab.example.com/jwt/auth")
VERSION = {"docker-distribution-api-version": "registry/2.0", "www-authenticate": "Bearer …"}


def ping(
    status: int, headers: dict[str, str] | None = None, challenge: Challenge | None = None, body: bytes = b""
) -> Ping:
    headers = headers or {}
    version = headers.get("docker-distribution-api-version", "")
    return Ping(Exchange("GET", f"{BASE}/v2/", "ping", status, headers, body), version, challenge)


LOCAL = ping(401, VERSION, OURS)


def code(facts: Facts, answer: Ping) -> str:
    finding = judge(facts, BASE, answer)
    return finding.code if finding else ""


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (LOCAL, ""),
        (ping(401, {"www-authenticate": "Bearer …"}, OURS), "proxy-header-lost"),
        (ping(401, {"docker-distribution-api-version": "registry/2.0"}), "proxy-header-lost"),
        (ping(401, {**VERSION, "content-type": "text/html"}, OURS), "proxy-header-lost"),
        (ping(200, VERSION), "proxy-bad-answer"),
        (ping(401, VERSION, replace(OURS, realm="x")), "proxy-bad-answer"),
        (ping(400, body=b"The plain HTTP request was sent to HTTPS port"), "proxy-scheme-mismatch"),
        (ping(400, body=b"Client sent an HTTP request to an HTTPS server."), "proxy-scheme-mismatch"),
        (ping(429), "proxy-rate-limited"),
        (ping(502), "proxy-bad-gateway"),
        (ping(503), "proxy-bad-gateway"),
        (ping(504), "proxy-bad-gateway"),
        (ping(301, {"location": "https://other/v2/"}), "proxy-redirects"),
        (ping(302, {"location": "https://gitlab/users/sign_in"}), "wrong-backend"),
        (ping(401, challenge=Challenge("basic")), "proxy-refuses"),
        (ping(403), "proxy-refuses"),
        (ping(403, {"x-gitlab-meta": "{}"}), "wrong-backend"),
        (ping(404), "wrong-backend"),
        (ping(200), "wrong-backend"),
    ],
)
def test_what_an_answer_means(new_facts: Callable[..., Facts], answer: Ping, expected: str) -> None:
    assert code(new_facts(ping_local=LOCAL), answer) == expected


def test_who_may_not_read_config_yml_takes_the_registrys_own_answer_for_well(
    new_facts: Callable[..., Facts],
) -> None:
    facts = new_facts(unread=("/registry/config.yml",))
    assert judge(facts, BASE, LOCAL) is None
    for answer in (ping(503, VERSION), ping(200)):
        with pytest.raises(PermissionError):
            judge(facts, BASE, answer)


def test_a_503_beside_a_rate_limit_is_its(new_facts: Callable[..., Facts]) -> None:
    text = (
        b"limit_req_zone $remote_addr zone=z:1m rate=1r/s; server { listen 80; limit_req zone=z; "
        b"location / { proxy_pass http://127.0.0.1:5000; } }"
    )
    facts = new_facts(ping_local=LOCAL, vhost=virtual_host.read("/v.conf", text))
    assert code(facts, ping(503)) == "proxy-rate-limited"


@pytest.mark.parametrize(
    ("upstream", "cause"),
    [
        ("127.0.0.1:5001", "nginx asks at port 5001, the registry listens on port 5000."),
        ("[::1]:5000", "For nginx [::1] is ::1, the registry listens on 127.0.0.1."),
        ("127.0.0.1:5000", "nginx runs, but does not reach the registry behind it."),
    ],
)
def test_why_the_registry_is_not_reached(new_facts: Callable[..., Facts], upstream: str, cause: str) -> None:
    text = f"server {{ listen 80; location / {{ proxy_pass http://{upstream}; }} }}"
    vhost: Any = virtual_host.read("/v.conf", text.encode())
    finding: Any = judge(new_facts(ping_local=LOCAL, vhost=vhost), vhost.entrance.origin, ping(502))
    assert finding.cause == cause


@pytest.mark.parametrize("protocol", ["", "proxy_protocol"])
def test_a_502_of_what_stands_before_nginx(new_facts: Callable[..., Facts], protocol: str) -> None:
    text = f"server {{ listen 127.0.0.1:80 {protocol}; location / {{ proxy_pass http://127.0.0.1:5000; }} }}"
    facts = new_facts(ping_local=LOCAL, vhost=virtual_host.read("/v.conf", text.encode()))
    finding: Any = judge(facts, "http://front.example.com", ping(502))
    assert finding.code == "proxy-bad-gateway"
    assert "nginx, which listens on 127.0.0.1:80" in finding.remedy
    assert ("PROXY protocol" in finding.summary) == bool(protocol)


@pytest.mark.parametrize(
    ("scheme", "tls", "expected"),
    [
        ("https", {}, "proxy-scheme-mismatch"),
        ("http", {}, "proxy-bad-gateway"),
        ("http", {"certificate": "/c"}, "proxy-scheme-mismatch"),
        ("https", {"certificate": "/c"}, "proxy-bad-gateway"),
    ],
)
def test_a_502_where_nginx_speaks_otherwise(
    new_facts: Callable[..., Facts], scheme: str, tls: dict[str, str], expected: str
) -> None:
    text = f"server {{ listen 80; location / {{ proxy_pass {scheme}://127.0.0.1:5000; }} }}"
    facts = new_facts(
        ping_local=LOCAL,
        vhost=virtual_host.read("/v.conf", text.encode()),
        config={"http": {"addr": "127.0.0.1:5000", "tls": tls}},
    )
    assert code(facts, ping(502)) == expected


def test_a_redirect_is_told_without_what_it_carries(new_facts: Callable[..., Facts]) -> None:
    answer = ping(301, {"location": "https://u:PLANTED@other/v2/?X-Amz-Signature=PLANTED"})
    finding = judge(new_facts(ping_local=LOCAL), BASE, answer)
    assert finding
    assert "PLANTED" not in repr(finding)
