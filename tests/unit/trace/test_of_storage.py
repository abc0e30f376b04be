from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from recorded import BEGAN, DATE, DIGEST, exchange

from glctl.clients.failures import Failure
from glctl.trace.exchange import Conversation
from glctl.trace.of_storage import judge, place
from glctl.trace.privacy import masked
from glctl.trace.talk import Talk

if TYPE_CHECKING:
    from glctl.findings.model import Finding

KEY = "reg/docker/registry/v2/blobs/sha256/1e/1ef8/data"
PATH_STYLE = f"https://s3.example.com/images/{KEY}"
QUERY = (
    "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=KEY%2F20261118%2Feu-central-1%2Fs3%2Faws4_request"
    "&X-Amz-Date=20261118T110640Z&X-Amz-Expires=1200&X-Amz-Signature=PLANTED"
)


def xml(code: str, more: str = "") -> bytes:
    return f"<Error><Code>{code}</Code><Message>no</Message>{more}</Error>".encode()


def judged(url: str, status: int | None, method: str = "HEAD", **more: object) -> list[Finding]:
    led = exchange(method, f"/v2/a/b/blobs/{DIGEST}", 307, answered=(("Location", url),))
    made = Conversation((led, exchange(method, url, status, **more)))
    return list(judge(Talk(made)))


def test_the_famous_case_names_permission_bucket_and_key() -> None:
    (finding,) = judged(PATH_STYLE + QUERY, 403)
    assert finding.code == "s3-redirect-denied"
    assert finding.subject == "images"
    told = f"{finding.summary} {finding.remedy} {finding.evidence}"
    assert "s3:GetObject" in finding.summary
    assert f"bucket images, key {KEY}" in finding.evidence
    assert '"arn:aws:s3:::images/reg/docker/*"' in finding.remedy
    assert "PLANTED" not in told


@pytest.mark.parametrize(
    ("url", "bucket", "key", "region", "root"),
    [
        (PATH_STYLE + QUERY, "images", KEY, "eu-central-1", "reg/"),
        (f"https://images.s3.eu-central-1.amazonaws.com/{KEY}{QUERY}", "images", KEY, "eu-central-1", "reg/"),
        (f"https://a.b.s3-us-west-2.amazonaws.com/{KEY}{QUERY}", "a.b", KEY, "eu-central-1", "reg/"),
        ("http://s3/b/k?AWSAccessKeyId=x&Signature=y&Expires=1", "b", "k", "", ""),
    ],
)
def test_an_address_names_bucket_key_and_region(
    url: str, bucket: str, key: str, region: str, root: str
) -> None:
    named = place(url)
    assert named
    assert (named.bucket, named.key, named.region, named.root) == (bucket, key, region, root)


def test_when_it_was_signed_is_in_it() -> None:
    named = place(PATH_STYLE + QUERY)
    assert named
    assert named.signed == datetime.fromtimestamp(BEGAN, UTC)


@pytest.mark.parametrize("url", ["https://cdn.example.com/x?Signature=1", "http://[", "https://h/k?sig=1"])
def test_other_addresses_are_not_s3s(url: str) -> None:
    assert place(url) is None


@pytest.mark.parametrize(
    ("status", "more", "code"),
    [
        (403, {"body": xml("InvalidAccessKeyId")}, "s3-access-key-unknown"),
        (403, {"body": xml("SignatureDoesNotMatch")}, "s3-signature-mismatch"),
        (404, {"body": xml("NoSuchKey")}, "s3-redirect-wrong"),
        (301, {"answered": (("x-amz-bucket-region", "us-west-2"),)}, "s3-region-wrong"),
        (
            400,
            {"body": xml("AuthorizationQueryParametersError", "<Region>us-west-2</Region>")},
            "s3-region-wrong",
        ),
        (403, {"body": xml("RequestTimeTooSkewed")}, "s3-clock-skewed"),
        (503, {"body": xml("SlowDown")}, "s3-throttled"),
        (None, {"failure": Failure("dns", "minio:9000 does not resolve")}, "s3-redirect-unreachable"),
        (None, {"failure": Failure("tls", "the certificate is refused")}, "s3-redirect-untrusted"),
    ],
)
def test_what_s3_says_is_told_apart(status: int, more: dict[str, object], code: str) -> None:
    assert [finding.code for finding in judged(PATH_STYLE + QUERY, status, "GET", **more)] == [code]


def test_the_clock_is_told_without_a_body() -> None:
    late = QUERY.replace("T110640Z", "T114640Z")
    (finding,) = judged(PATH_STYLE + late, 403, answered=(DATE,))
    assert finding.code == "s3-clock-skewed"
    assert "2400 s ahead" in finding.summary
    assert [f.code for f in judged(PATH_STYLE + QUERY, 403, answered=(DATE,))] == ["s3-redirect-denied"]


def test_another_store_gets_no_policy_of_s3s() -> None:
    (finding,) = judged("https://x.blob.core.windows.net/c/k?sig=PLANTED", 403)
    assert finding.code == "s3-redirect-denied"
    assert "s3:GetObject" not in finding.remedy


def test_what_went_well_or_was_given_up_is_not_told() -> None:
    assert judged(PATH_STYLE + QUERY, 200) == []
    assert judged(PATH_STYLE + QUERY, None, failure=Failure("request", "the client hung up first")) == []


def test_the_clock_is_told_of_what_was_saved_without_credentials() -> None:
    url = PATH_STYLE + QUERY.replace("T110640Z", "T114640Z")
    led = exchange("HEAD", f"/v2/a/b/blobs/{DIGEST}", 307, answered=(("Location", url),))
    made = masked(Conversation((led, exchange("HEAD", url, 403, answered=(DATE,)))))
    assert "PLANTED" not in made.exchanges[1].url
    assert [finding.code for finding in judge(Talk(made))] == ["s3-clock-skewed"]
