from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.failures import Failure
from glctl.clients.http import Exchange
from glctl.clients.s3 import understood
from glctl.doctor import virtual_host
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.s3.redirect import CHECKS
from glctl.doctor.s3 import Redirect
from glctl.paths import Root

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

HEAD, GET, ADDRESS = CHECKS
LOCATION = "http://127.0.0.1:9000/images/blob?X-Amz-Signature=PLANTED"


def redirect(
    status: int | None, body: bytes = b"", *, registry: int = 307, location: str = LOCATION, **more: Any
) -> Redirect:
    asked = Exchange("HEAD", "http://r/v2/a/blobs/b", "HEAD blob", registry)
    step = "where the registry sends clients"
    storage = understood(Exchange(more.pop("method", "HEAD"), location, step, status, body=body, **more))
    return Redirect("group/app", asked, location, storage if location else None)


@pytest.fixture
def sent(bucket: Callable[..., Facts]) -> Callable[..., Facts]:
    def make(head: Redirect, get: Redirect | None = None) -> Facts:
        facts = bucket()
        s3 = facts.s3()
        s3.redirect_of_head, s3.redirect_of_get = (lambda: head), (lambda: get or head)  # type: ignore[method-assign] - fakes
        return facts

    return make


def test_s3_hands_the_layer_out(sent: Callable[..., Facts], run: Any) -> None:
    facts = sent(redirect(200))
    assert run(HEAD, facts) == ([], "S3 answers 200, as the registry signs it")
    assert run(ADDRESS, facts) == ([], "clients are sent on to 127.0.0.1")


def test_head_is_denied_and_get_says_why(sent: Callable[..., Facts], run: Any) -> None:
    why = b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"
    [finding], note = run(HEAD, sent(redirect(403), redirect(403, why, method="GET")))
    assert (finding.code, note) == ("s3-redirect-denied", "refused: AccessDenied")
    assert finding.evidence[1].endswith("403 AccessDenied (Request has expired)")
    assert '"s3:GetObject"' in finding.remedy
    assert finding.remedy.endswith("registry['storage']['redirect'] = { 'disable' => true }")
    assert "PLANTED" not in repr(finding)


def test_clients_are_sent_to_where_nothing_is(sent: Callable[..., Facts], run: Any, answers: Any) -> None:
    [finding], _ = run(GET, sent(redirect(404, b"not found")))
    assert finding.code == "s3-redirect-wrong"
    answers.tell("HEAD", "/data", 404)  # a link whose layer was collected
    assert run(GET, sent(redirect(404, b"not found"))) == ([], "S3 answers 404, as the registry signs it")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("dns", "s3-redirect-unreachable"),
        ("refused", "s3-redirect-unreachable"),
        ("tls", "s3-redirect-untrusted"),
    ],
)
def test_clients_get_no_answer_there(sent: Callable[..., Facts], run: Any, kind: Any, code: str) -> None:
    [finding], _ = run(GET, sent(redirect(None, failure=Failure(kind, "it is not"))))
    assert finding.code == code


def test_the_registry_hands_out_itself(sent: Callable[..., Facts], run: Any) -> None:
    facts = sent(redirect(None, registry=200, location=""))
    assert run(HEAD, facts) == ([], "clients get layers from the registry itself (redirect is off)")
    with pytest.raises(NotTriedError, match="sends nobody on"):
        run(ADDRESS, facts)


def test_the_registry_does_not_hand_out_what_is_there(sent: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(HEAD, sent(redirect(None, registry=500, location="")))
    assert finding.code == "pull-failed"
    with pytest.raises(NotTriedError, match="answers 404"):
        run(HEAD, sent(redirect(None, registry=404, location="")))


def test_without_an_image(sent: Callable[..., Facts], run: Any) -> None:
    absent = redirect(404, b"<Error><Code>NoSuchKey</Code></Error>")
    _, note = run(GET, sent(replace(absent, registry=None, location="")))
    assert note == "S3 answers 404, as signed here; there is no image to ask the registry for"
    broken = replace(redirect(500, b"<html></html>"), registry=None, location="")
    with pytest.raises(NotTriedError, match="tells nothing"):
        run(GET, sent(broken))
    with pytest.raises(NotTriedError, match="redirect is off"):
        run(GET, sent(Redirect()))


@pytest.mark.parametrize(
    ("host", "listen", "name", "said"),
    [
        ("127.0.0.1", "*", "r.example.com", "means themselves"),
        ("localhost", "*", "r.example.com", "means themselves"),
        ("127.0.0.1", "127.0.0.1", "r.example.com", ""),
        ("minio", "127.0.0.1", "r.example.com", "hardly resolve"),
        ("10.1.2.3", "*", "8.8.8.8", "is a private address"),
        ("10.1.2.3", "*", "10.1.2.4", ""),
        ("s3.example.com", "*", "r.example.com", ""),
    ],
)
def test_an_address_that_only_this_machine_knows(
    sent: Callable[..., Facts], run: Any, host: str, listen: str, name: str, said: str
) -> None:
    facts = sent(redirect(200, location=f"http://{host}:9000/images/blob"))
    vhost = virtual_host.read(
        "/vhost",
        b"server { listen %s:80; server_name %s; location / { proxy_pass http://x; } }"
        % (listen.encode(), name.encode()),
    )
    facts.observed = replace(facts.observed, vhost=vhost, root=Root())
    findings, _ = run(ADDRESS, facts)
    assert [finding.code for finding in findings] == (["s3-redirect-unreachable"] if said else [])
    assert all(said in finding.summary for finding in findings)


def test_a_sandbox_serves_nobody_else(sent: Callable[..., Facts], run: Any) -> None:
    assert run(ADDRESS, sent(redirect(200))) == ([], "clients are sent on to 127.0.0.1")
