"""The Report: Findings by cause, and the exit code that they make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from glctl.findings.catalog import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from glctl.findings.model import CheckResult, Finding

LOGS = "logs"  # the check that reads them
RANK = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Report:
    """All that one examination found, consequences linked to their causes.

    *usage*: the lines with which clients use what was seen at work; empty where it was not.
    """

    target: str
    findings: tuple[Finding, ...]
    checks: tuple[CheckResult, ...]
    duration_ms: float
    usage: tuple[str, ...] = ()

    @property
    def root_causes(self) -> tuple[Finding, ...]:
        """Errors and warnings that nothing else here explains, errors first."""
        causes = [f for f in self.findings if f.explained_by is None and f.severity != "info"]
        return tuple(sorted(causes, key=lambda f: RANK[f.severity]))

    def consequences(self, code: str) -> tuple[Finding, ...]:
        """What follows from the root cause *code*, directly or not."""
        return tuple(f for f in self.findings if f.explained_by == code)

    @property
    def ok(self) -> bool:
        """Whether no error was found."""
        return not any(f.severity == "error" for f in self.findings)

    def exit_code(self, *, strict: bool = False) -> int:
        """1 if errors were found (*strict*: or warnings), else 0."""
        worst = ("error", "warning") if strict else ("error",)
        return int(any(f.severity in worst for f in self.findings))


def link(findings: Iterable[Finding], checks: Iterable[CheckResult] = ()) -> tuple[Finding, ...]:
    """*findings* in relation: consequences know their root cause, and what is over is only told.

    What a log says is over where a check tried the same thing now and found it well (``disproved_by``);
    what another check sees is not.
    """
    found = tuple(findings)
    well = {check.name for check in checks if check.outcome == "ok"}
    linked = _linked([_as_over(f) if _may_be_over(f, well) else f for f in found])
    if any(f.code == "push-failed" and f.explained_by is None for f in linked):
        # For a reason that no check sees: what logs say of it just now is not over.
        linked = _linked([_as_over(f) if _may_be_over(f, well) and not f.fresh else f for f in found])
    return linked


def _linked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(replace(f, explained_by=_root_of(f, findings) or _seen_now(f, findings)) for f in findings)


def _may_be_over(finding: Finding, well: set[str]) -> bool:
    """Whether a log says it, and more than that it was, and a check that is *well* disproves it."""
    said = finding.check == LOGS and finding.severity != "info"
    return said and bool(well & set(CODES[finding.code].disproved_by))


def _seen_now(finding: Finding, findings: Iterable[Finding]) -> str | None:
    """The Code of *finding* where a log says what a check sees as well: then it is one cause, told once."""
    others = {f.code for f in findings if f.check != LOGS and f.severity == "error"}
    return finding.code if finding.check == LOGS and finding.code in others else None


def _as_over(finding: Finding) -> Finding:
    summary = f"{finding.summary.rstrip('.')}: that is over, a check tried it now and it works."
    return replace(finding, severity="info", summary=summary, remedy="")


def _root_of(finding: Finding, findings: Iterable[Finding]) -> str | None:
    """The last of the causes of *finding* that are among *findings*; None where there is none.

    A warning (a disk that is nearly full) explains no error: that would hide it.
    """
    heavy = {f.code for f in findings if f.severity != "info" and RANK[f.severity] <= RANK[finding.severity]}
    seen = {finding.code}
    root: str | None = None
    at = finding.code
    while cause := next((c for c in CODES if c in heavy - seen and _goes_before(c, at)), None):
        seen.add(cause)
        root = at = cause
    return root


def _goes_before(cause: str, code: str) -> bool:
    """Whether *code* is told under *cause*: it follows from it, or is how it came about."""
    return code in CODES[cause].explains or cause.startswith(CODES[code].told_with)
