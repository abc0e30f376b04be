from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.dates import DateAnswer
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.clock.others import GITLAB, S3

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

FACT = {GITLAB.name: "gitlab_date", S3.name: "s3_date"}


def date(offset: float) -> DateAnswer:
    return DateAnswer("the other", offset, 0.6)


@pytest.mark.parametrize(
    ("check", "offset", "code", "severity"),
    [
        (GITLAB, 0.4, None, None),
        (GITLAB, -30.5, None, None),
        (GITLAB, 31.0, "gitlab-clock-skew", "warning"),
        (GITLAB, 60.5, "gitlab-clock-skew", "warning"),  # within what the Date leaves open
        (GITLAB, 61.0, "gitlab-clock-skew", "error"),
        (GITLAB, -400.0, "gitlab-clock-skew", "error"),
        (S3, 299.0, None, None),
        (S3, -400.0, "s3-clock-skewed", "warning"),
        (S3, 901.0, "s3-clock-skewed", "error"),
    ],
)
def test_what_breaks(
    new_facts: Callable[..., Facts],
    run: Any,
    check: Any,
    offset: float,
    code: str | None,
    severity: str | None,
) -> None:
    findings, note = run(check, new_facts(**{FACT[check.name]: date(offset)}))
    assert [(f.code, f.severity) for f in findings] == ([(code, severity)] if code else [])
    assert note == f"the other: {offset:+.0f} s from this machine's clock, by its Date"


def test_both_directions_say_what_they_break(new_facts: Callable[..., Facts], run: Any) -> None:
    [ahead], _ = run(GITLAB, new_facts(gitlab_date=date(100.0)))
    [behind], _ = run(GITLAB, new_facts(gitlab_date=date(-100.0)))
    assert "takes no token dated" in ahead.cause
    assert "expire that much earlier" in behind.cause


@pytest.mark.parametrize("check", [GITLAB, S3])
def test_no_date(new_facts: Callable[..., Facts], run: Any, check: Any) -> None:
    with pytest.raises(NotTriedError, match="does not resolve"):
        run(check, new_facts(**{FACT[check.name]: "GitLab: its name does not resolve"}))
