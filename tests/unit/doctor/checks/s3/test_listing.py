from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.s3.listing import CHECKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

BY_NAME = {check.name: check for check in CHECKS}
DENIED = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


@pytest.mark.parametrize(
    ("name", "part", "code", "action"),
    [
        ("s3-list", "prefix=reg%2F", "s3-list-denied", "s3:ListBucket"),
        ("s3-list-v2", "list-type=2", "s3-list-denied", "s3:ListBucket"),
        ("s3-list-uploads", "uploads", "s3-list-uploads-denied", "s3:ListBucketMultipartUploads"),
    ],
)
def test_each_listing(
    bucket: Callable[..., Facts], run: Any, answers: Any, name: str, part: str, code: str, action: str
) -> None:
    assert run(BY_NAME[name], bucket()) == ([], "allowed")
    answers.tell("GET", part, 403, DENIED)
    [finding], note = run(BY_NAME[name], bucket())
    assert (finding.code, note) == (code, "refused")
    statement = json.loads(finding.remedy.partition("\n")[2])["Statement"]
    assert statement == [{"Effect": "Allow", "Action": [action], "Resource": "arn:aws:s3:::images"}]


def test_a_busy_store_is_told_of_once(
    bucket: Callable[..., Facts], run: Any, answers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.clients.s3.time.sleep", lambda _: None)
    answers.tell("GET", "", 503, b"<Error><Code>SlowDown</Code></Error>")
    facts = bucket()
    [finding], _ = run(BY_NAME["s3-list"], facts)
    assert (finding.code, finding.severity) == ("s3-throttled", "error")
    with pytest.raises(NotTriedError, match="too busy"):
        run(BY_NAME["s3-list-v2"], facts)
