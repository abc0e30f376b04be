"""``--only`` and ``--skip``: which checks are run, and which findings count."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from glctl.doctor.targets import GROUPS
from glctl.errors import UsageError
from glctl.findings.catalog import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from glctl.doctor.check import Check
    from glctl.findings.model import CheckResult, Finding, Groups
    from glctl.findings.report import Report


@dataclass(frozen=True, slots=True)
class _Named:
    """What names of groups, checks and codes stand for."""

    checks: frozenset[str]
    codes: frozenset[str]

    def without(self, other: _Named) -> frozenset[str]:
        """The names of what is left where *other* is taken away."""
        return (self.checks - other.checks) | (self.codes - other.codes)


@dataclass(frozen=True, slots=True)
class Choice:
    """The checks to run, and the findings to report: with *only*, those of its checks and codes."""

    target: str
    checks: tuple[Check, ...]
    only: _Named | None
    skipped: frozenset[str]  # codes

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        every = sum(map(len, self.groups.values()))
        return not (self.only or self.skipped) and len(self.checks) == every

    @property
    def groups(self) -> Groups:
        """The names of all checks of the target by group."""
        return {name: tuple(check.name for check in checks) for name, checks in GROUPS[self.target].items()}

    def of(self, report: Report) -> Report:
        """*report* with what was chosen of it.

        What follows from a skipped code goes with it; a code that was asked for brings along its cause.
        """
        if not self.skipped and not (self.only and self.only.codes):
            return report
        kept = tuple(finding for finding in report.findings if self._is_wanted(finding, report.findings))
        checks = tuple(_as_left(check, report.findings, kept) for check in report.checks)
        return replace(report, findings=kept, checks=checks)

    def _is_wanted(self, finding: Finding, findings: Iterable[Finding]) -> bool:
        if {finding.code, finding.explained_by} & self.skipped:
            return False
        return self._was_asked_for(finding) or any(
            self._was_asked_for(other) for other in findings if other.explained_by == finding.code
        )

    def _was_asked_for(self, finding: Finding) -> bool:
        return self.only is None or finding.check in self.only.checks or finding.code in self.only.codes


def _as_left(check: CheckResult, findings: Iterable[Finding], kept: Iterable[Finding]) -> CheckResult:
    """*check*, which has not passed where all that it found is left out."""
    found = any(finding.check == check.name for finding in findings)
    if found and not any(finding.check == check.name for finding in kept):
        return replace(check, outcome="not_tried", because="what it found is left out")
    return check


def names(target: str) -> list[str]:
    """All that ``--only`` and ``--skip`` know, each once."""
    groups = GROUPS[target]
    checks = (check.name for group in groups.values() for check in group)
    return list(dict.fromkeys((*groups, *checks, *CODES)))


def choose(
    target: str, only: Sequence[str] = (), skip: Sequence[str] = (), timeout: float | None = None
) -> Choice:
    """What these names of groups, checks and codes choose. UsageError for an unknown one, and for nothing.

    A check that is chosen brings along those that it requires: without them its findings mean little. A code
    may be found by any check, so that all of them are run. *timeout*: seconds for each, instead of its own.
    """
    wanted = _named(target, only) if only else None
    unwanted = _named(target, skip)
    checks = [check for group in GROUPS[target].values() for check in group]
    if wanted and not wanted.codes:
        needed = _with_required(wanted.checks, checks)
        checks = [check for check in checks if check.name in needed]
    chosen = (check for check in checks if check.name not in unwanted.checks)
    timed = tuple(replace(check, timeout=timeout or check.timeout) for check in chosen)
    if not timed or (wanted and not wanted.without(unwanted)):
        raise UsageError(
            "Nothing is left to look at.", "Name less with --skip than there is, or with --only."
        )
    return Choice(target, timed, wanted, unwanted.codes)


def _named(target: str, given: Iterable[str]) -> _Named:
    groups = {group: {check.name for check in checks} for group, checks in GROUPS[target].items()}
    known = set().union(*groups.values())
    checks: set[str] = set()
    codes: set[str] = set()
    for name in given:
        if name in groups:
            checks |= groups[name]
        elif name in known:
            checks.add(name)
        elif name in CODES:
            codes.add(name)
        else:
            raise _unknown(name, target)
    return _Named(frozenset(checks), frozenset(codes))


def _unknown(name: str, target: str) -> UsageError:
    import difflib

    near = difflib.get_close_matches(name, names(target), n=1)
    return UsageError(
        f"There is no group, check or code {name!r}.",
        f"Did you mean {near[0]!r}?" if near else "glctl doctor --list names groups and checks.",
    )


def _with_required(chosen: Iterable[str], checks: Sequence[Check]) -> set[str]:
    """The names of *chosen* and of all that they require; a check stands behind those."""
    needed = set(chosen)
    for check in reversed(checks):
        if check.name in needed:
            needed.update(check.requires)
    return needed
