from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients import tls as client
from glctl.clients.distribution import Ping
from glctl.clients.http import Exchange
from glctl.clients.tls import Handshake
from glctl.doctor import virtual_host
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tls.handshake import CHECK, ELSEWHERE

if TYPE_CHECKING:
    from pathlib import Path

NOT_TLS = "127.0.0.1:5050 answers, but not in TLS"


def vhost(directives: str) -> virtual_host.VirtualHost:
    text = f"server {{ {directives} location / {{ proxy_pass http://127.0.0.1:5000; }} }}"
    return virtual_host.read("/nginx/gitlab-registry.conf", text.encode())


HTTPS = "listen 5050 ssl; server_name registry.example.com;"


@pytest.mark.parametrize(
    ("shown", "directives", "code"),
    [
        ({"kind": "tls", "message": NOT_TLS, "plain_http": True}, "", "tls-port-plain-http"),
        ({"kind": "tls", "message": NOT_TLS}, "", "tls-handshake-failed"),
        # nginx answers plain HTTP on a TLS port as well
        ({"kind": "tls", "message": "no TLS: alert", "plain_http": True}, "", "tls-handshake-failed"),
        ({"kind": "tls", "message": "no TLS: alert"}, "ssl_protocols TLSv1 TLSv1.1;", "tls-protocol-old"),
        (
            {"kind": "tls", "message": "no TLS: alert"},
            "ssl_protocols TLSv1.1 TLSv1.2;",
            "tls-handshake-failed",
        ),
        ({"kind": "reset", "message": "closed"}, "", "tls-handshake-failed"),
        ({"kind": "refused", "message": "nothing listens"}, "", None),  # told by others
    ],
)
def test_no_handshake(
    new_facts: Any, run: Any, place: Any, shown: dict[str, Any], directives: str, code: str | None
) -> None:
    facts = new_facts(vhost=vhost(f"{HTTPS} {directives}"), tls_here=(place(**shown),))
    findings, _ = run(CHECK, facts)
    assert [finding.code for finding in findings] == ([code] if code else [])


def test_a_handshake(new_facts: Any, run: Any, place: Any, certificate: Any) -> None:
    facts = new_facts(vhost=vhost(HTTPS), tls_here=(place(certificate()),))
    assert run(CHECK, facts) == ([], "TLSv1.3 at https://registry.example.com:5050")


@pytest.mark.parametrize(
    ("status", "chain", "code"), [(401, False, "registry-plain-http"), (400, True, "plain-port-tls")]
)
def test_without_tls(
    new_facts: Any,
    run: Any,
    certificate: Any,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    chain: bool,
    code: str,
) -> None:
    monkeypatch.setattr(client, "shake_hands", lambda *_: Handshake((certificate(),) if chain else ()))
    facts = new_facts(tls_here=(), ping_proxy=Ping(Exchange("GET", "u", "ping", status), "", None))
    [finding], note = run(CHECK, facts)
    assert (finding.code, note) == (code, "plain http here")


@pytest.mark.parametrize(
    "server",
    ["listen 5050; server_name localhost;", "listen 5050;", "listen 5050 proxy_protocol; server_name r;"],
)
def test_plain_http_that_docker_takes_or_nobody_sees(new_facts: Any, run: Any, server: str) -> None:
    ping = Ping(Exchange("GET", "u", "ping", 401), "registry/2.0", None)
    assert run(CHECK, new_facts(vhost=vhost(server), tls_here=(), ping_proxy=ping))[0] == []


def test_plain_http_behind_a_load_balancer_or_allowed_is_fine(
    new_facts: Any, run: Any, tmp_path: Path
) -> None:
    ping = Ping(Exchange("GET", "u", "ping", 401), "registry/2.0", None)
    before = vhost("listen 5050; server_name registry.example.com; proxy_set_header X-Forwarded-Proto https;")
    assert run(CHECK, new_facts(vhost=before, tls_here=(), ping_proxy=ping))[0] == []
    (tmp_path / "etc/docker").mkdir(parents=True)
    (tmp_path / "etc/docker/daemon.json").write_text('{"insecure-registries": ["registry.example.com:5050"]}')
    assert run(CHECK, new_facts(tls_here=(), ping_proxy=ping))[0] == []


def test_elsewhere(new_facts: Any, run: Any, place: Any, certificate: Any) -> None:
    assert run(ELSEWHERE, new_facts(tls_elsewhere=place(certificate(), service="")))[0] == []
    plain = place(kind="tls", message=NOT_TLS, plain_http=True, service="")
    [finding], _ = run(ELSEWHERE, new_facts(tls_elsewhere=plain))
    assert (finding.code, "not this machine" in finding.remedy) == ("tls-port-plain-http", True)
    with pytest.raises(NotTriedError):
        run(ELSEWHERE, new_facts(tls_elsewhere=NotTriedError("no https")))
