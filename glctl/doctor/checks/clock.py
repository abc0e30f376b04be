"""The clock, against several NTP servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

# What breaks: the registry refuses tokens from 60 s on (its leeway, observed), S3 requests from 900 s on.
TOKEN_LIMIT = 60.0
WARN_FROM = 15.0


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare this machine's clock with what a majority of servers agrees on."""
    survey = facts.clock()
    said = [f"{a.server}: {a.offset:+.3f} s (stratum {a.stratum})" for a in survey.answers]
    refused = [failure.message for failure in survey.failures]
    outvoted = [f"{a.server} is outvoted" for a in survey.outvoted]
    if survey.offset is None:
        why = "they contradict each other" if survey.answers else "none of them gave an answer to rely on"
        yield found(
            "clock-not-verified",
            "clock",
            "clock",
            f"Whether this machine's clock is right is not verified: {why}.",
            evidence=[*said, *refused],
        )
        return "not verified"
    offset = survey.offset
    if abs(offset) > WARN_FROM:
        direction = "behind" if offset > 0 else "ahead"
        broken = "Tokens are refused" if abs(offset) > TOKEN_LIMIT else "From 60 s on tokens are refused"
        yield found(
            "clock-skew",
            "clock",
            "clock",
            f"This machine's clock is {abs(offset):.0f} s {direction}.",
            cause=f"{broken}; from 900 s on S3 refuses requests.",
            evidence=[*said, *outvoted, *refused],
            severity="error" if abs(offset) > TOKEN_LIMIT else "warning",
        )
    servers = f"{len(survey.agreeing)} server{'s' * (len(survey.agreeing) > 1)}"
    return f"{offset:+.3f} s, by {servers}"


CHECK = Check("clock", "This machine's clock is right, by NTP.", run)
