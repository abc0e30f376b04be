from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.failures import Failure
from glctl.doctor.build import Build
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


ENDPOINT = "http://store:9000"
GITLABS = Build("/r", "registry v4.32.0-gitlab", (4, 32))
NEW = Build("/r", "registry v3.0.0", (3, 0))


@pytest.mark.parametrize(
    ("build", "settings", "dead", "remedy"),
    [
        (NEW, {"regionendpoint": ENDPOINT, "forcepathstyle": False}, "images.", "['forcepathstyle'] = true"),
        (NEW, {"regionendpoint": ENDPOINT}, f"{ENDPOINT}/images", "['forcepathstyle'] = false"),
        (GITLABS, {"regionendpoint": ENDPOINT, "pathstyle": False}, "images.", "['pathstyle'] = true"),
        (GITLABS, {"regionendpoint": ENDPOINT}, f"{ENDPOINT}/images", "['pathstyle'] = false"),
        (None, {"regionendpoint": ENDPOINT}, f"{ENDPOINT}/images", ": leave 'regionendpoint' out"),
        (None, {"regionendpoint": None}, "images.", "['regionendpoint'] = 'https://s3.eu-central-1."),
    ],
)
def test_the_other_style_of_addressing_works(
    bucket: Callable[..., Facts],
    run: Any,
    answers: Any,
    build: Build | None,
    settings: dict[str, Any],
    dead: str,
    remedy: str,
) -> None:
    answers.tell("GET", "", 403, REFUSAL)
    answers.tell("GET", dead, None, failure=Failure("dns", "it does not resolve"))
    [finding], _ = run(CHECK, bucket(build=build, **settings))
    assert finding.code == "s3-addressing-wrong"
    assert finding.remedy.startswith(f"registry['storage']['s3']{remedy}")


def test_what_this_registry_does_not_read_is_not_at_fault(
    bucket: Callable[..., Facts], run: Any, answers: Any
) -> None:
    answers.tell("GET", "", 403, REFUSAL)
    answers.tell("GET", "images.", None, failure=Failure("dns", "it does not resolve"))
    findings, _ = run(CHECK, bucket(regionendpoint=ENDPOINT, forcepathstyle=False, pathstyle=False))
    assert findings == []


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
