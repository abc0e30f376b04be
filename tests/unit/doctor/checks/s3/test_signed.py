from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.s3.signed import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


def refused(answers: Any, code: str, status: int = 403, more: str = "") -> None:
    answers.tell("GET", "prefix=reg%2F", status, f"<Error><Code>{code}</Code>{more}</Error>".encode())


@pytest.mark.parametrize(
    ("code", "status", "found"),
    [
        ("InvalidAccessKeyId", 403, "s3-access-key-unknown"),
        ("SignatureDoesNotMatch", 403, "s3-signature-mismatch"),
        ("ExpiredToken", 400, "s3-token-expired"),
        ("InvalidToken", 400, "s3-token-invalid"),
        ("RequestTimeTooSkewed", 403, "s3-clock-skewed"),
        ("NoSuchBucket", 404, "s3-bucket-missing"),
        ("PermanentRedirect", 301, "s3-region-wrong"),
        ("SomethingNew", 400, "s3-refused"),
    ],
)
def test_refusals_are_told_apart(
    bucket: Callable[..., Facts], run: Any, answers: Any, code: str, status: int, found: str
) -> None:
    refused(answers, code, status)
    [finding], note = run(CHECK, bucket())
    assert (finding.code, note) == (found, "refused")
    assert f"ListObjects: {status} {code}" in finding.evidence


def test_being_denied_the_listing_is_another_matter(
    bucket: Callable[..., Facts], run: Any, answers: Any
) -> None:
    refused(answers, "AccessDenied")
    assert run(CHECK, bucket()) == ([], "the key is known, and denied the listing")


def test_a_bucket_that_is_missing_where_nothing_may_be_listed(
    bucket: Callable[..., Facts], run: Any, answers: Any
) -> None:
    answers.tell("GET", "/images?max-keys=1", 404, b"<Error><Code>NoSuchBucket</Code></Error>")
    refused(answers, "AccessDenied")
    [finding], _ = run(CHECK, bucket())
    assert finding.code == "s3-bucket-missing"


def test_all_well(bucket: Callable[..., Facts], run: Any) -> None:
    assert run(CHECK, bucket()) == ([], "the key is accepted for images")


def test_an_endpoint_that_leads_into_the_bucket(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    refused(answers, "NoSuchKey", 404)
    [finding], _ = run(CHECK, bucket())
    assert finding.code == "s3-config-invalid"
    assert "takes images for the name of an object" in finding.summary
