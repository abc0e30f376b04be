from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glctl.doctor.checks.s3.allowed import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

DENIED = b"<Error><Code>AccessDenied</Code></Error>"


def test_a_key_that_may_do_nothing_has_no_policy(
    bucket: Callable[..., Facts], run: Any, answers: Any
) -> None:
    answers.tell("GET", "/images?", 403, DENIED)
    answers.tell("POST", "uploads", 403, DENIED)
    [finding], note = run(CHECK, bucket())
    assert (finding.code, note) == ("s3-all-denied", "all is denied")
    assert '"s3:ListBucket"' in finding.remedy
    assert '"s3:PutObject"' in finding.remedy


def test_a_key_that_may_not_list(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    answers.tell("GET", "/images?", 403, DENIED)
    answers.tell("POST", "uploads", 200, b"<R><UploadId>u1</UploadId></R>")
    [finding], _ = run(CHECK, bucket())
    assert finding.code == "s3-bucket-denied"
    assert '"s3:ListBucketMultipartUploads"' in finding.remedy
    assert '"s3:PutObject"' not in finding.remedy


def test_a_key_that_may_do_nothing_with_objects(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    answers.tell("POST", "uploads", 403, DENIED)
    answers.tell("GET", "/blobs/", 403, DENIED)
    [finding], _ = run(CHECK, bucket())
    assert finding.code == "s3-objects-denied"
    assert '"s3:AbortMultipartUpload"' in finding.remedy
    assert '"s3:ListBucket"' not in finding.remedy


def test_a_key_that_lacks_one_action_has_both(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    well = "something on the bucket, and something with its objects"
    assert run(CHECK, bucket()) == ([], well)
    answers.tell("POST", "uploads", 403, DENIED)
    assert run(CHECK, bucket()) == ([], well)
