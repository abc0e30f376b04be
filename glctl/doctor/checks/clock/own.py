"""This machine's clock, against independent ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.clocks import S3_LIMIT, TOKEN_LIMIT, WARN_FROM
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Tell how far it is off, and by whom that is known."""
    from glctl.services import timekeeping

    clock = facts.clock()
    if clock.offset is None:
        yield found(
            "clock-not-verified",
            "clock",
            f"Whether this machine's clock is right is not verified: {clock.why_not}.",
            evidence=[*clock.evidence, timekeeping.state()],
        )
        return "not verified"
    off = abs(clock.offset)
    if off > WARN_FROM:
        alone = " Only one clock says so: it may be wrong itself." * clock.alone
        yield found(
            "clock-skew",
            "clock",
            f"This machine's clock is {off:.0f} s {'behind' if clock.offset > 0 else 'ahead'}.",
            cause=f"{_broken_by(off)}{alone}",
            remedy=timekeeping.remedy(),
            evidence=[*clock.evidence, timekeeping.state()],
            severity="error" if off > TOKEN_LIMIT else "warning",
        )
    liars = "".join(f"; outvoted: {liar}" for liar in clock.outvoted)
    return f"{clock.offset:+.3f} s off, by {clock.by}{liars}"


def _broken_by(seconds: float) -> str:
    if seconds > S3_LIMIT:
        return "The registry refuses GitLab's tokens, and S3 refuses the registry's requests."
    if seconds > TOKEN_LIMIT:
        return "The registry refuses GitLab's tokens; from 900 s on S3 refuses its requests."
    return "From 60 s on the registry refuses GitLab's tokens, from 900 s on S3 its requests."


CHECK = Check("clock", "This machine's clock is right, by independent ones.", run, speaks=True)
