"""The logs: what the rules make of the last lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_WIDTH = 300  # of a quoted line


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Apply the log rules to the end of each log."""
    if facts.observed.source != "disk":
        raise NotTriedError("only a gitlab.rb is examined, nothing has logged")
    if not facts.observed.services:
        raise NotTriedError("no service is enabled here")
    matches = facts.log_matches()
    for match in matches:
        when = f", the last at {match.last:%H:%M:%S} UTC" if match.last else ""
        times = f"{match.count} time{'s' * (match.count > 1)}"
        yield found(
            match.code,
            "logs",
            match.examples[-1].service,
            match.explanation,
            cause=f"The log says so, {times}{when}.",
            evidence=[match.examples[-1].message[:_WIDTH]],
            severity=match.severity,
        )
    return f"{len(matches)} known problems" if matches else "no known problem in the last lines"


CHECK = Check("logs", "The logs show no known problem.", run)
