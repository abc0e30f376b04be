from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.s3.reading import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

GET, HEAD = CHECKS
DENIED = b"<Error><Code>AccessDenied</Code></Error>"
MISSING = b"<Error><Code>NoSuchKey</Code></Error>"


def test_a_layer_and_its_link_are_read(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    facts = bucket()
    assert run(GET, facts) == ([], "the first byte of a layer of group/app was read")
    assert run(HEAD, facts) == ([], "allowed")
    read = [asked.rpartition("/")[2] for asked in answers.asked if "sha256/" in asked]
    assert read == ["link", "data", "data"]


@pytest.mark.parametrize("part", ["/link", "/data"])
def test_one_of_them_is_denied(bucket: Callable[..., Facts], run: Any, answers: Any, part: str) -> None:
    answers.tell("GET", part, 403, DENIED)
    [finding], note = run(GET, bucket())
    assert (finding.code, note) == ("s3-get-denied", "refused")
    assert '"arn:aws:s3:::images/reg/docker/*"' in finding.remedy


def test_a_link_without_its_layer_is_no_fault(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    answers.tell("GET", "/data", 404, MISSING)
    answers.tell("HEAD", "/data", 404)
    facts = bucket()
    assert run(GET, facts)[0] == []
    assert run(HEAD, facts)[0] == []


def test_head_alone_is_denied(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    answers.tell("HEAD", "/data", 403)
    [finding], _ = run(HEAD, bucket())
    assert finding.code == "s3-head-denied"


def test_without_an_image_what_is_absent_tells(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    answers.tell("GET", "repositories", 200, b"<ListBucketResult/>")
    answers.tell("GET", "glctl-doctor/absent", 404, MISSING)
    assert run(GET, bucket()) == (
        [],
        "allowed, as the answer for an absent object tells; there is no image yet",
    )
    answers.tell("GET", "glctl-doctor/absent", 403, DENIED)
    [finding], _ = run(GET, bucket())
    assert finding.code == "s3-get-denied"
    with pytest.raises(NotTriedError, match="no image"):
        run(HEAD, bucket())
