"""The clocks of GitLab, which dates tokens, and of S3, which judges signatures, against this machine's.

Whose is wrong is told by this machine's own check: if that finds it off, these follow from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.clocks import S3_LIMIT, TOKEN_LIMIT, WARN_GITLAB_FROM, WARN_S3_FROM
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.dates import DateAnswer
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def gitlab(facts: Facts) -> Generator[Finding, None, str]:
    """Compare GitLab's Date."""
    date = _answer(facts.gitlab_date())
    off, note = _off(date)
    if abs(off) > WARN_GITLAB_FROM:
        if off > 0:
            broken = "The registry takes no token dated more than a minute ahead of its own clock."
        else:
            broken = "Its tokens expire that much earlier for the registry: long pushes break, or all."
        yield found(
            "gitlab-clock-skew",
            date.server,
            f"GitLab's clock is {_apart(off)}.",
            cause=broken,
            evidence=[note],
            severity="error" if abs(off) > TOKEN_LIMIT else "warning",
        )
    return note


def s3(facts: Facts) -> Generator[Finding, None, str]:
    """Compare S3's Date."""
    date = _answer(facts.s3_date())
    off, note = _off(date)
    if abs(off) > WARN_S3_FROM:
        yield found(
            "s3-clock-skewed",
            date.server,
            f"S3's clock is {_apart(off)}.",
            cause="From 900 s on it refuses every request of the registry (RequestTimeTooSkewed).",
            remedy="On the machine of the object store:\ntimedatectl set-ntp true",
            evidence=[note],
            severity="error" if abs(off) > S3_LIMIT else "warning",
        )
    return note


def _answer(date: DateAnswer | str) -> DateAnswer:
    if isinstance(date, str):
        raise NotTriedError(date)
    return date


def _off(date: DateAnswer) -> tuple[float, str]:
    """By how many seconds the other's clock differs at least, whatever the Date leaves open; and in words."""
    note = f"{date.server}: {date.offset:+.0f} s from this machine's clock, by its Date"
    return date.offset - max(-date.root_distance, min(date.root_distance, date.offset)), note


def _apart(seconds: float) -> str:
    return f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} this machine's"


GITLAB = Check("gitlab-clock", "GitLab's clock and this machine's agree.", gitlab)
S3 = Check("s3-clock", "S3's clock and this machine's agree.", s3)
