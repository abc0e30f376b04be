"""S3: its clock and this machine's agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

# S3 refuses what was signed longer ago, or later, than this (RequestTimeTooSkewed: 900000 ms).
LIMIT = 900.0
_WARN_FROM = 300.0


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare this machine's clock with the Date of S3's answer."""
    answer = facts.s3().anonymous()
    offset = answer.date_offset
    if offset is None:
        return "S3 tells no time"
    if abs(offset) > _WARN_FROM:
        direction = "behind" if offset > 0 else "ahead of"
        yield found(
            "s3-clock-skewed",
            facts.s3().settings.bucket.endpoint,
            f"This machine's clock is {abs(offset):.0f} s {direction} S3's.",
            cause=f"S3 refuses what is signed with a clock that is off by more than {LIMIT:.0f} s.",
            evidence=[f"S3's Date: {answer.exchange.header('date')}"],
            severity="error" if abs(offset) > LIMIT else "warning",
        )
    return f"{offset:+.0f} s off, by S3's Date"


CHECK = Check("s3-clock", "The clocks of S3 and this machine agree.", run, requires=("s3-endpoint",))
