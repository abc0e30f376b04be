"""The logs: what the rules make of the last lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding, Severity
    from glctl.logs.scan import LogMatch

# What the registry says of its settings, without where it has them from.
_OF_SETTINGS = ("registry-config-invalid", "registry-panic", "registry-tls-unreadable")
_RECENT = timedelta(minutes=10)  # what was last seen before may be mended: no error any more
_OFTEN = 3  # times within the hour that is read; an administrator kills a service once


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Apply the log rules to the end of each log."""
    from glctl.logs.recent import quoted

    if not facts.observed.services:
        raise NotTriedError("no service is enabled here")
    now = datetime.now(UTC)
    matches = facts.log_matches()
    for match in matches:
        when = f", the last at {match.last:%H:%M:%S} UTC" if match.last else ""
        evidence = [quoted(match.examples[-1])]
        if match.code in _OF_SETTINGS and (variables := facts.observed.overrides):
            evidence.append(f"set by its environment, over config.yml: {', '.join(variables)}")
        finding = found(
            match.code,
            match.examples[-1].service,
            match.explanation,
            cause=f"The log says so, {match.count} time{'s' * (match.count > 1)}{when}.",
            evidence=evidence,
            severity=_severity(match, now),
        )
        finding = replace(finding, fresh=bool(match.last and match.last.timestamp() >= facts.began))
        yield _as_ended(finding, match.ended) if match.ended and not _goes_on(match, now) else finding
    current = sum(not match.ended or _goes_on(match, now) for match in matches)
    if current or not matches:
        return f"{current or 'no'} known problem{'s' * (current > 1)}"
    return "no known problem since the last restart"


def _as_ended(finding: Finding, began: datetime) -> Finding:
    summary = f"{finding.summary.rstrip('.')}: not since the last restart, at {began:%H:%M:%S} UTC."
    return replace(finding, severity="info", summary=summary, remedy="")


def _goes_on(match: LogMatch, now: datetime) -> bool:
    """Whether a service is killed again and again: that it is started again each time mends nothing."""
    return match.code == "service-killed" and match.count >= _OFTEN and not _is_old(match, now)


def _is_old(match: LogMatch, now: datetime) -> bool:
    return bool(match.last and now - match.last > _RECENT)


def _severity(match: LogMatch, now: datetime) -> Severity:
    return "warning" if _is_old(match, now) and match.severity == "error" else match.severity


CHECK = Check(
    "logs",
    "The logs show no known problem.",
    run,
    computes=True,
    # What failed for them just now stands there with its reason.
    after=("local", "debug-server", "proxy", "token-proxy", "push"),
)
