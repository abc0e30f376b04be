from __future__ import annotations

from typing import Any

import pytest

from glctl.clients.http import Exchange
from glctl.clients.s3 import Answer, Bucket, region_of, understood
from glctl.doctor.s3_actions import GET, PUT
from glctl.doctor.s3_refusals import refusal
from glctl.doctor.s3_settings import S3Settings
from glctl.findings.catalog import CODES
from glctl.findings.codes.s3 import NAMED_BY_S3

BUCKET = Bucket("images", "http://store:9000", "eu-central-1", path_style=True)
AWS = Bucket("images", "https://s3.eu-central-1.amazonaws.com", "eu-central-1", path_style=False)


def settings(bucket: Bucket = BUCKET, **written: Any) -> S3Settings:
    return S3Settings("s3", bucket, "reg/", written)


def answer(status: int, code: str = "", message: str = "No.", more: str = "", **headers: str) -> Answer:
    body = f"<Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>" if code else ""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return understood(Exchange("GET", "http://s3", "GetObject", status, named, body.encode()))


@pytest.mark.parametrize(
    ("status", "code", "message", "found"),
    [
        (403, "AccessDenied", "No.", "s3-get-denied"),
        (403, "AccessDenied", "not authorized to perform: kms:Decrypt on resource", "s3-kms-denied"),
        (400, "KMS.DisabledException", "No.", "s3-kms-denied"),
        (400, "AccessControlListNotSupported", "No.", "s3-acl-refused"),
        (501, "NotImplemented", "No.", "s3-not-implemented"),
        (400, "AuthorizationHeaderMalformed", "the credential is mal-formed", "s3-access-key-unknown"),
        (418, "Teapot", "No.", "s3-refused"),
    ],
)
def test_refusals_are_told_apart(status: int, code: str, message: str, found: str) -> None:
    finding = refusal(settings(), answer(status, code, message), GET)
    assert finding.code == found
    assert finding.evidence == (f"GetObject: {status} {code} ({message})",)


def test_every_refusal_has_its_code() -> None:
    assert set(NAMED_BY_S3.values()) <= set(CODES)


def test_what_s3_says_of_a_key_is_not_repeated() -> None:
    finding = refusal(settings(), answer(400, "InvalidToken", "PLANTED is no token"), GET)
    assert finding.evidence == ("GetObject: 400 InvalidToken",)


def test_a_deny_is_not_overruled_by_an_allow() -> None:
    message = "User: x is not authorized with an explicit deny in a resource-based policy"
    finding = refusal(settings(), answer(403, "AccessDenied", message), PUT)
    assert finding.remedy.startswith("A Deny forbids it (resource-based policy): remove it")
    assert "{" not in finding.remedy


@pytest.mark.parametrize(
    "seen",
    [
        answer(301, x_amz_bucket_region="us-west-2"),
        answer(400, "AuthorizationHeaderMalformed", more="<Region>us-west-2</Region>"),
        answer(400, "AuthorizationHeaderMalformed", "the region 'x' is wrong; expecting 'us-west-2'"),
        answer(301, "PermanentRedirect", more="<Endpoint>images.s3.us-west-2.amazonaws.com</Endpoint>"),
    ],
)
def test_the_region_is_told_by_whatever_names_it(seen: Answer) -> None:
    assert region_of(seen) == "us-west-2"
    finding = refusal(settings(), seen, GET)
    assert finding.summary == "The bucket images lies in us-west-2, and config.yml says eu-central-1."
    assert finding.remedy == "registry['storage']['s3']['region'] = 'us-west-2'"


def test_a_region_that_is_none_is_not_repeated() -> None:
    assert region_of(answer(301, x_amz_bucket_region="$(reboot)")) == ""


def test_an_endpoint_of_one_region_is_in_the_way_of_another() -> None:
    seen = answer(301, x_amz_bucket_region="us-west-2")
    finding = refusal(settings(AWS, regionendpoint=AWS.endpoint), seen, GET)
    assert "leave 'regionendpoint' out" in finding.remedy
