from __future__ import annotations

from typing import Any

import pytest

from glctl.clients import tls as client
from glctl.clients.failures import Failure
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.tls import trust

REFUSED = Failure("tls", "the certificate is refused: unable to get local issuer certificate")
DOCKER = "/etc/docker/certs.d/registry.example.com:5050"


@pytest.fixture
def judged(new_facts: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What is found at a place that is trusted by the *files* given, or by the system (None)."""

    def judge(place: Any, *files: str | None, given: tuple[str, ...] = (), daemon: str = "") -> Any:
        facts = new_facts(tls_here=(place,), tls_elsewhere=NotTriedError(""))
        for written in given:
            path = facts.observed.root.at(written)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        if daemon:
            facts.observed.root.at("/etc/docker").mkdir(parents=True, exist_ok=True)
            facts.observed.root.at("/etc/docker/daemon.json").write_text(daemon)

        def why_not_trusted(address: Any, host: str, authorities: Any = None) -> Failure | None:
            offered = {None} if authorities is None else {path.name for path in authorities}
            return None if offered & set(files) else REFUSED

        monkeypatch.setattr(client, "why_not_trusted", why_not_trusted)
        return run(trust.CHECK, facts)

    return judge


@pytest.mark.parametrize(
    ("trusted", "given", "note"),
    [
        ((None,), (), "trusted by this system"),
        (("ca.crt",), (f"{DOCKER}/ca.crt",), "certs.d/registry.example.com:5050"),
        (("own.crt",), ("/etc/gitlab/trusted-certs/own.crt",), "trusted-certs"),
        ((None,), (f"{DOCKER}/ca.crt",), "trusted by this system"),
    ],
)
def test_by_whom_it_is_trusted(
    judged: Any, certificate: Any, place: Any, trusted: Any, given: Any, note: str
) -> None:
    findings, told = judged(place(certificate()), *trusted, given=given)
    assert findings == []
    assert note in told


def test_docker_may_be_told_not_to_care(judged: Any, certificate: Any, place: Any) -> None:
    daemon = '{"insecure-registries": ["registry.example.com:5050"]}'
    assert judged(place(certificate()), daemon=daemon)[0] == []
    for other in ('{"insecure-registries": ["other:5050"]}', "{}", "[]", "damaged"):
        assert len(judged(place(certificate()), daemon=other)[0]) == 1


@pytest.mark.parametrize(
    ("given", "severity"),
    [
        ((), "info"),  # many run it so on purpose
        (("/etc/gitlab/trusted-certs/another.crt",), "warning"),
        ((f"{DOCKER}/ca.crt",), "warning"),
    ],
)
@pytest.mark.parametrize(
    ("issuer", "what"), [("CN=registry.example.com", "self-signed"), ("CN=Acme", "CN=Acme")]
)
def test_an_authority_that_nobody_knows(
    judged: Any, certificate: Any, place: Any, given: Any, severity: str, issuer: str, what: str
) -> None:
    [finding], _ = judged(place(certificate(issuer=issuer)), given=given)
    assert (finding.code, finding.severity) == ("certificate-untrusted", severity)
    assert what in finding.summary
    assert f"{DOCKER}/ca.crt" in finding.remedy
    assert len(finding.evidence) == 1 + len(given)


@pytest.mark.parametrize(
    ("fetched", "code"),
    [
        ({"subject": "CN=R3", "issuer": "CN=Root"}, "certificate-chain-incomplete"),
        ({"subject": "CN=R3", "issuer": "CN=R3"}, "certificate-untrusted"),  # a root of one's own
        ({"subject": "CN=Other", "issuer": "CN=Root"}, "certificate-untrusted"),
        (None, "certificate-untrusted"),
    ],
)
def test_a_missing_intermediate_is_told_by_its_own_certificate(
    judged: Any, certificate: Any, place: Any, monkeypatch: pytest.MonkeyPatch, fetched: Any, code: str
) -> None:
    monkeypatch.setattr(trust, "_fetched", lambda url: certificate(**fetched) if fetched else None)
    [finding], _ = judged(place(certificate(issuer="CN=R3", issuer_urls=("http://ca/r3.cer",))))
    assert finding.code == code


@pytest.mark.parametrize(
    ("issuer", "code"),
    [
        ("CN=Acme Intermediate CA,O=Acme", "certificate-chain-incomplete"),
        ("CN=Acme Issuing CA 2", "certificate-chain-incomplete"),
        ("CN=Acme Root CA", "certificate-untrusted"),
    ],
)
def test_or_else_by_its_name(judged: Any, certificate: Any, place: Any, issuer: str, code: str) -> None:
    [finding], _ = judged(place(certificate(issuer=issuer)))
    assert finding.code == code


def test_a_certificate_of_somebody_else_in_its_place(judged: Any, certificate: Any, place: Any) -> None:
    other = certificate(subject="CN=Intranet", issuer="CN=Intranet", fingerprint="e" * 64)
    [finding], _ = judged(place(certificate(issuer="CN=Acme Issuing CA"), other))
    assert finding.code == "certificate-chain-incomplete"
    assert finding.evidence[-1] == "it sends CN=Intranet instead"


def test_a_root_that_is_sent_is_no_missing_intermediate(judged: Any, certificate: Any, place: Any) -> None:
    root = certificate(subject="CN=Acme Issuing CA", issuer="CN=Acme Issuing CA", fingerprint="e" * 64)
    [finding], _ = judged(place(certificate(issuer="CN=Acme Issuing CA"), root))
    assert finding.code == "certificate-untrusted"
