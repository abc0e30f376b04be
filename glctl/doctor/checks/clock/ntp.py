"""The clock, against several NTP servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.ntp import NtpAnswer
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

# What breaks: the registry refuses tokens from 60 s on (its leeway, observed), S3 requests from 900 s on.
TOKEN_LIMIT = 60.0
WARN_FROM = 15.0


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare this machine's clock with what a majority of servers agrees on."""
    survey = facts.clock()
    evidence = [
        *(_said(answer) + (", outvoted" if answer in survey.outvoted else "") for answer in survey.answers),
        *(failure.message for failure in survey.failures),
    ]
    offset = survey.offset
    if offset is None:
        why = "the time servers contradict each other" if survey.answers else "no time server answered"
        yield found(
            "clock-not-verified",
            "clock",
            f"Whether this machine's clock is right is not verified: {why}.",
            evidence=evidence,
        )
        return "not verified"
    if abs(offset) > WARN_FROM:
        direction = "behind" if offset > 0 else "ahead"
        broken = "Tokens are refused" if abs(offset) > TOKEN_LIMIT else "From 60 s on tokens are refused"
        yield found(
            "clock-skew",
            "clock",
            f"This machine's clock is {abs(offset):.0f} s {direction}.",
            cause=f"{broken}; from 900 s on S3 refuses requests.",
            evidence=evidence,
            severity="error" if abs(offset) > TOKEN_LIMIT else "warning",
        )
    count = len(survey.agreeing)
    liars = "".join(f"; outvoted: {_said(answer)}" for answer in survey.outvoted)
    return f"{offset:+.3f} s off, by {count} time server{'s' * (count > 1)}{liars}"


def _said(answer: NtpAnswer) -> str:
    return f"{answer.server}: {answer.offset:+.3f} s (stratum {answer.stratum})"


CHECK = Check("clock", "This machine's clock is right, by NTP.", run)
