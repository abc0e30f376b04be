from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.s3.uploads import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

CREATE, SEE, PARTS, ABORT = CHECKS
DENIED = b"<Error><Code>AccessDenied</Code></Error>"


@pytest.fixture
def upload(answers: Any) -> Any:
    """A bucket in which an upload is begun and listed."""
    answers.tell(
        "POST",
        "uploads",
        200,
        b"<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>",
    )
    answers.tell("GET", "uploads", 200, b"<R><Upload><UploadId>u1</UploadId></Upload></R>")
    return answers


def test_an_upload_is_begun_seen_and_given_up(bucket: Callable[..., Facts], run: Any, upload: Any) -> None:
    facts = bucket()
    assert [run(check, facts)[0] for check in CHECKS] == [[], [], [], []]
    own = [asked for asked in upload.asked if "glctl-doctor" in asked and "uploadId=u1" in asked]
    assert [asked.partition(" ")[0] for asked in own] == ["GET", "DELETE"]
    assert sum(asked.startswith("POST") for asked in upload.asked) == 1  # once for all checks


@pytest.mark.parametrize(
    ("check", "method", "part", "code"),
    [
        (CREATE, "POST", "uploads", "s3-put-denied"),
        (PARTS, "GET", "uploadId=u1", "s3-list-parts-denied"),
        (ABORT, "DELETE", "uploadId=u1", "s3-abort-denied"),
    ],
)
def test_each_step_that_is_denied(
    bucket: Callable[..., Facts], run: Any, upload: Any, check: Any, method: str, part: str, code: str
) -> None:
    upload.tell(method, part, 403, DENIED)
    [finding], _ = run(check, bucket())
    assert finding.code == code


def test_a_store_that_does_not_list_what_was_begun(
    bucket: Callable[..., Facts], run: Any, upload: Any
) -> None:
    upload.tell("GET", "uploads", 200, b"<R/>")
    [finding], _ = run(SEE, bucket())
    assert finding.code == "s3-uploads-unlisted"
    upload.tell("GET", "uploads", 403, DENIED)
    with pytest.raises(NotTriedError, match="may not be listed"):
        run(SEE, bucket())


def test_where_none_can_be_begun_the_rest_is_not_tried(
    bucket: Callable[..., Facts], run: Any, upload: Any
) -> None:
    upload.tell("POST", "uploads", 403, DENIED)
    facts = bucket()
    for check in (SEE, PARTS, ABORT):
        with pytest.raises(NotTriedError, match="no upload could be begun"):
            run(check, facts)
