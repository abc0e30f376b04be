"""A Report as an administrator reads it: short when all is well, the causes with their remedies when not."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.findings.catalog import CODES
from glctl.findings.report import RANK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from glctl.console import Console
    from glctl.findings.model import CheckResult, Finding, Groups
    from glctl.findings.report import Report

_COLORS = {"ok": "green", "error": "red", "warning": "yellow", "info": "cyan", "not run": "yellow"}
# So many lines of evidence, and of consequences, has each of few causes without -v; of more, one: they fit
# a screen.
_FEW, _LINES = 2, 2
_NAMES = 12  # of what was not tried for one reason
_POINTLESS = ("not tried", "there is nothing of it here, or it cannot be asked (-v says why)")


def to_text(report: Report, groups: Groups, console: Console) -> str:
    """What was looked at, then the causes, and last how it stands: a terminal shows the end."""
    lines = list(_checks(report, groups, console) if console.verbose else _groups(report, groups, console))
    return "\n".join([*lines, *causes(report, console), "", *_verdict(report, console)])


def causes(report: Report, console: Console) -> Iterator[str]:
    """The lines that tell what was found, an empty one before each cause."""
    for part in (*_causes(report, console), *_told(report, console)):
        yield from ("", *part)


# --- what was looked at


def _checks(report: Report, groups: Groups, console: Console) -> Iterator[str]:
    """Each check with its time, below the name of its group."""
    results = {check.name: check for check in report.checks}
    width = max(map(len, results), default=0)
    for group, names in groups.items():
        yield console.paint(group, "bold")
        for check in (results[name] for name in names if name in results):
            note = f"{check.name:<{width}}  {harmless(check.because)}".rstrip()
            timing = console.paint(f"{check.duration_ms:.0f} ms", "dim")
            yield f"  {_mark(_outcome(check, report), console)}  {note}  {timing}"


def _groups(report: Report, groups: Groups, console: Console) -> Iterator[str]:
    """A line for each group that is well, or for all of them where something is not; then what was left."""
    results = {check.name: check for check in report.checks}
    ran = {group: [results[name] for name in names if name in results] for group, names in groups.items()}
    well = {group: checks for group, checks in ran.items() if _is_well(checks)}
    width = max(map(len, well), default=0)
    if report.root_causes and well:
        yield f"{_mark('ok', console)}  {', '.join(well)}"
    else:
        for group, checks in well.items():
            yield f"{_mark('ok', console)}  {group:<{width}}  {harmless(_telling(checks))}".rstrip()
    left = _left(ran)
    for outcome, reason in sorted(left, key=lambda each: (each == _POINTLESS, each[0] != "not run")):
        names = left[outcome, reason]
        more = [f"{len(names) - _NAMES} more"] * (len(names) > _NAMES)
        yield f"{_mark(outcome, console)}  {', '.join([*names[:_NAMES], *more])}: {harmless(reason)}"


def _is_well(checks: Sequence[CheckResult]) -> bool:
    outcomes = {check.outcome for check in checks}
    return "ok" in outcomes and not outcomes & {"finding", "not_run"}


def _telling(checks: Sequence[CheckResult]) -> str:
    """The note that speaks for a group that is well: the one made for it, else that of the last check."""
    notes = [check for check in checks if check.outcome == "ok" and check.because]
    return next((check.because for check in notes if check.speaks), notes[-1].because if notes else "")


def _left(ran: dict[str, list[CheckResult]]) -> dict[tuple[str, str], list[str]]:
    """What was not run or not tried, by the reason: checks, or the group where it is all of it.

    What could be tried is told with how. Groups that do not apply here share a line, and of a group that was
    looked at, what does not apply is left out.
    """
    left: dict[tuple[str, str], list[str]] = {}
    for group, checks in ran.items():
        outcomes = {check.outcome for check in checks}
        reasons = {(_words(check), check.because) for check in checks if check.outcome == "not_run"}
        reasons |= {(_words(check), check.because) for check in checks if _can_be_tried(check)}
        if checks and outcomes <= {"not_tried"} and not reasons:
            left.setdefault(_POINTLESS, []).append(group)
        for reason in sorted(reasons):
            names = [check.name for check in checks if (_words(check), check.because) == reason]
            left.setdefault(reason, []).extend([group] if len(names) == len(checks) else names)
    return left


def _can_be_tried(check: CheckResult) -> bool:
    """Whether the reason for which it was not says how it can be."""
    return check.outcome == "not_tried" and ("glctl" in check.because or "--" in check.because)


def _outcome(check: CheckResult, report: Report) -> str:
    """In a word; where something was found, how grave it is."""
    severities = [f.severity for f in report.findings if f.check == check.name]
    if check.outcome == "finding" and severities:
        return min(severities, key=RANK.__getitem__)
    return _words(check)


def _words(check: CheckResult) -> str:
    return check.outcome.replace("_", " ")


def _mark(word: str, console: Console) -> str:
    return console.paint(f"{word:<9}", _COLORS.get(word, "dim"))


# --- what was found


def _causes(report: Report, console: Console) -> Iterator[list[str]]:
    """Each root cause, with what follows from it; what is told and repaired alike is told once."""
    causes = report.root_causes
    last = {finding.code: finding for finding in causes}  # under which the consequences stand
    most = None if console.verbose else _LINES if len(causes) <= _FEW else 1
    for _, alike in groupby(causes, key=lambda f: (f.code, f.severity, f.cause, f.remedy)):
        findings = list(alike)
        followers = report.consequences(findings[0].code) if last[findings[0].code] in findings else ()
        yield _cause(findings, followers, most, console)


def _cause(
    findings: Sequence[Finding], followers: Sequence[Finding], most: int | None, console: Console
) -> list[str]:
    """What is told of a cause: at most so many lines of each kind, with None all."""
    first = findings[0]
    seen = [text for finding in findings for text in finding.evidence]
    # What a code means in general says no more than the summary, where room is scarce.
    is_told = first.cause and (most is None or first.cause != CODES[first.code].meaning)
    return [
        *dict.fromkeys(_head(finding, console) for finding in findings),
        *_labelled("why", [first.cause] if is_told else []),
        *_labelled("seen", _at_most(most, seen)),
        *(
            console.paint(line, "dim")
            for line in _labelled("hence", _at_most(most, [finding.summary for finding in followers]))
        ),
        *_remedy(first, console),
    ]


def _head(finding: Finding, console: Console) -> str:
    text = console.paint(
        f"{finding.severity}: {harmless(finding.summary)}", _COLORS[finding.severity], "bold"
    )
    return f"{text} {console.paint(f'[{finding.code}]', 'dim')}"


def _at_most(count: int | None, texts: Sequence[str]) -> list[str]:
    shown = list(dict.fromkeys(texts))
    if count is not None and (more := len(shown) - count) > 0:
        shown[count - 1 :] = [f"{shown[count - 1]}   (and {more} more with -v)"]
    return shown


def _labelled(label: str, texts: Sequence[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        yield f"    {'' if number else label + ':':<8}{harmless(text)}"


def _remedy(finding: Finding, console: Console) -> Iterator[str]:
    """The remedy, last. What is to be pasted begins its line; only sentences about it are indented."""
    if finding.remedy:
        mark = " (this interrupts the service)" if CODES[finding.code].interrupts else ""
        label = f"    remedy{console.paint(mark, 'yellow')}:"
        for line in map(harmless, finding.remedy.splitlines()):
            if " " in line.strip() and line.endswith((".", ":", "?")):
                yield f"{label} {line}"
            else:
                yield from (*([label] if label.strip() else []), console.paint(line, "bold"))
            label = " " * 11  # as wide as "    remedy:"


def _told(report: Report, console: Console) -> Iterator[list[str]]:
    """What is only worth knowing, where nothing else is to be known."""
    told = [f for f in report.findings if f.severity == "info" and f.explained_by is None]
    if console.verbose:
        yield from (_cause([finding], (), None, console) for finding in told)
    elif told and not report.root_causes:
        yield [_head(finding, console) for finding in told]


# --- how it stands


def _verdict(report: Report, console: Console) -> list[str]:
    passed = sum(check.outcome == "ok" for check in report.checks)
    counts = [words for words in (_counted("error", report), _counted("warning", report)) if words]
    rest = f"{passed} of {len(report.checks)} checks passed"
    for outcome in ("not_run", "not_tried"):
        count = sum(c.outcome == outcome for c in report.checks)
        rest += f", {count} {outcome.replace('_', ' ')}" if count else ""
    rest += f" ({report.duration_ms / 1000:.1f} s)."
    if counts:
        color = "yellow" if report.ok else "red"
        return [console.paint(f"{report.target}: {' and '.join(counts)}; {rest}", color, "bold")]
    if not passed:
        return [console.paint(f"Nothing can be told: {rest}", "yellow")]
    well = "Healthy:" if report.usage else "No fault, as far as it was looked at:"
    return [console.paint(f"{well} {rest}", "green"), *map(harmless, report.usage)]


def _counted(severity: str, report: Report) -> str:
    """How many causes of a kind, and which."""
    codes = [finding.code for finding in report.root_causes if finding.severity == severity]
    names = ", ".join(dict.fromkeys(codes))
    return f"{len(codes)} {severity}{'s' * (len(codes) > 1)} ({names})" if codes else ""
