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
_OFTEN = 3  # times within the hour that is looked at
# A 503 in nginx's log may be nginx's own, and what is denied a method: the checks that ask tell.
_OF_ANOTHER = frozenset({"registry-unhealthy", "proxy-refuses"})
_RECENT = timedelta(minutes=10)  # what was last seen before may be mended: no error any more


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
        now_said = match.last and match.last.timestamp() >= facts.began
        finding = replace(finding, fresh=bool(now_said) and match.code not in _OF_ANOTHER)
        yield _as_ended(finding, match.ended) if match.ended and not _recurs(match) else finding
    current = sum(not match.ended or _recurs(match) for match in matches)
    if current or not matches:
        return f"{current or 'no'} known problem{'s' * (current > 1)}"
    return "no known problem since the last restart"


def _recurs(match: LogMatch) -> bool:
    """Whether it comes again: the kernel, short of memory, kills what was started anew as well."""
    return match.code == "service-killed" and match.count >= _OFTEN


def _as_ended(finding: Finding, began: datetime) -> Finding:
    summary = f"{finding.summary.rstrip('.')}: not since the last restart, at {began:%H:%M:%S} UTC."
    return replace(finding, severity="info", summary=summary, remedy="")


def _severity(match: LogMatch, now: datetime) -> Severity:
    past = match.ended or (match.last and now - match.last > _RECENT)
    return "warning" if past and match.severity == "error" else match.severity


CHECK = Check(
    "logs",
    "The logs show no known problem.",
    run,
    computes=True,
    # They ask nginx or the registry: what failed for them just now stands there with its reason.
    after=(
        *("local", "debug-server", "tls", "proxy", "body-size", "methods", "public"),
        *("token", "token-proxy", "token-public", "gitlab-api", "push", "push-public"),
    ),
)
