from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.failures import Failure
from glctl.doctor.checks.s3.endpoint import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.clients.failures import FailureKind
    from glctl.doctor.facts import Facts

REFUSAL = b"<Error><Code>AccessDenied</Code></Error>"


def test_an_s3_that_refuses_is_one(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    answers.tell("GET", "max-keys", 403, REFUSAL)
    findings, note = run(CHECK, bucket())
    assert findings == []
    assert note.startswith("an S3 answers in ")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("dns", "s3-unreachable"),
        ("refused", "s3-unreachable"),
        ("timeout", "s3-unreachable"),
        ("tls", "s3-tls-untrusted"),
    ],
)
def test_what_keeps_it_from_being_reached(
    bucket: Callable[..., Facts], run: Any, answers: Any, kind: FailureKind, code: str
) -> None:
    answers.tell("GET", "", None, failure=Failure(kind, "it is not"))
    [finding], note = run(CHECK, bucket())
    assert (finding.code, note) == (code, "no answer")
    assert "it is not" in finding.summary


def test_a_name_that_does_not_resolve(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    [finding], _ = run(CHECK, bucket(regionendpoint="http://lost:9000"))
    assert finding.summary == "http://lost:9000 is not reached: lost does not resolve."
    assert answers.asked == []


def test_a_region_that_no_name_server_knows(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    answers.tell("GET", "", None, failure=Failure("dns", "s3.eu-cental-1.amazonaws.com does not resolve"))
    [finding], _ = run(CHECK, bucket(regionendpoint=None, region="eu-cental-1"))
    assert finding.remedy.startswith(
        "registry['storage']['s3']['region'] = '…'   # is there a region eu-cental-1"
    )


@pytest.mark.parametrize(
    ("settings", "dead", "remedy"),
    [
        ({"forcepathstyle": False}, "images.", "['forcepathstyle'] = true"),
        ({"forcepathstyle": True}, "http://store:9000/images", "['forcepathstyle'] = false"),
    ],
)
def test_the_other_style_of_addressing_works(
    bucket: Callable[..., Facts], run: Any, answers: Any, settings: dict[str, Any], dead: str, remedy: str
) -> None:
    answers.tell("GET", "", 403, REFUSAL)
    answers.tell("GET", dead, None, failure=Failure("dns", "it does not resolve"))
    [finding], _ = run(CHECK, bucket(regionendpoint="http://store:9000", **settings))
    assert finding.code == "s3-addressing-wrong"
    assert finding.remedy.startswith(f"registry['storage']['s3']{remedy}")


@pytest.mark.parametrize(("used", "spoken"), [("https", "http"), ("http", "https")])
def test_the_other_scheme_is_spoken(
    bucket: Callable[..., Facts], run: Any, answers: Any, used: str, spoken: str
) -> None:
    answers.tell("GET", "", 403, REFUSAL)
    if used == "https":
        answers.tell("GET", "https://", None, failure=Failure("tls", "it answers, but not in TLS"))
    else:
        answers.tell("GET", "http://", 400, b"<html>plain HTTP request was sent to HTTPS port</html>")
    [finding], _ = run(CHECK, bucket(regionendpoint=f"{used}://store:9000"))
    assert finding.code == "s3-scheme-wrong"
    assert finding.remedy == f"registry['storage']['s3']['regionendpoint'] = '{spoken}://store:9000'"


def test_something_else_answers(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    answers.tell("GET", "", 200, b"<!DOCTYPE html><html></html>", server="nginx")
    [finding], note = run(CHECK, bucket())
    assert (finding.code, note) == ("s3-endpoint-not-s3", "no S3: 200")
    assert "server: nginx" in finding.evidence


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_proxy_that_finds_no_s3_behind_it(
    bucket: Callable[..., Facts], run: Any, answers: Any, status: int
) -> None:
    answers.tell("GET", "", status, b"<html><h1>Bad Gateway</h1></html>", content_type="text/html")
    [finding], _ = run(CHECK, bucket())
    assert finding.code == "s3-unreachable"
