from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.s3.leftovers import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts


def uploads(*days: float, more: bool = False) -> bytes:
    now = datetime.now(UTC)
    begun = "".join(
        f"<Upload><Initiated>{(now - timedelta(days=each)).isoformat()}</Initiated></Upload>" for each in days
    )
    truncated = "<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>" if more else ""
    return f"<ListMultipartUploadsResult>{begun}{truncated}</ListMultipartUploadsResult>".encode()


@pytest.mark.parametrize(
    ("days", "severity", "note"),
    [
        ((), None, "0 older than a day, of 0 under way"),
        ((0.1, 0.5), None, "0 older than a day, of 2 under way"),
        ((0.1, 3.2), "info", "1 older than a day, of 2 under way"),
        ((2.0,) * 120, "warning", "120 older than a day, of 120 under way"),
    ],
)
def test_how_many_are_too_many(
    bucket: Callable[..., Facts],
    run: Any,
    answers: Any,
    days: tuple[float, ...],
    severity: str | None,
    note: str,
) -> None:
    answers.tell("GET", "uploads", 200, uploads(*days))
    findings, seen = run(CHECK, bucket())
    assert seen == note
    assert [finding.severity for finding in findings] == ([severity] if severity else [])
    for finding in findings:
        rule = json.loads(finding.remedy[finding.remedy.index("{") :])["Rules"][0]
        assert rule["Filter"] == {"Prefix": "reg/docker/"}


def test_only_some_pages_are_read(bucket: Callable[..., Facts], run: Any, answers: Any) -> None:
    answers.tell("GET", "uploads", 200, uploads(2.0, more=True))
    [finding], note = run(CHECK, bucket())
    assert note == "3 or more older than a day, of 3 under way"
    assert finding.summary.startswith("3 or more unfinished uploads in images")
