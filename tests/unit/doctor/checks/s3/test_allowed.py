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


def test_a_key_that_may_do_something_has_one(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    assert run(CHECK, bucket()) == ([], "ListObjects is not denied")
    answers.tell("GET", "/images?", 403, DENIED)
    answers.tell("POST", "uploads", 200, b"<R><UploadId>u1</UploadId></R>")
    assert run(CHECK, bucket()) == ([], "CreateMultipartUpload is not denied")


def test_a_key_may_list_and_do_nothing_with_objects(
    bucket: Callable[..., Facts], run: Any, answers: Any
) -> None:
    answers.tell("POST", "uploads", 403, DENIED)
    assert run(CHECK, bucket()) == ([], "ListObjects is not denied")  # it may read
    answers.tell("GET", "/link", 403, DENIED)
    answers.tell("GET", "/absent", 403, DENIED)
    [finding], note = run(CHECK, bucket())
    assert (finding.code, note) == ("s3-all-denied", "all of objects is denied")
    assert "of objects below reg/docker/registry/v2/ in the bucket images" in finding.summary
    assert '"s3:GetObject"' in finding.remedy
    assert '"s3:ListBucket"' not in finding.remedy
