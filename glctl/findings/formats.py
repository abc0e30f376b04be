"""A Report as text for people and as JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from glctl.console import harmless
from glctl.errors import UsageError
from glctl.findings.catalog import CODES
from glctl.findings.model import CheckResult
from glctl.findings.report import RANK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from glctl.console import Console
    from glctl.findings.model import Finding
    from glctl.findings.report import Report

_COLORS = {"ok": "green", "error": "red", "warning": "yellow", "info": "cyan", "not run": "yellow"}


def to_json(report: Report) -> str:
    """One JSON document; its keys are those of the design. ASCII: foreign text must not reach a terminal."""
    document: dict[str, Any] = {
        "target": report.target,
        "ok": report.ok,
        "root_causes": list(dict.fromkeys(f.code for f in report.root_causes)),
        "findings": [
            {
                "code": f.code,
                "check": f.check,
                "subject": f.subject,
                "severity": f.severity,
                "summary": f.summary,
                "cause": f.cause,
                "remedy": f.remedy,
                "evidence": list(f.evidence),
                "explained_by": f.explained_by,
            }
            for f in report.findings
        ],
        "checks": [
            {
                "name": c.name,
                "outcome": c.outcome,
                "because": c.because,
                "duration_ms": round(c.duration_ms, 1),
            }
            for c in report.checks
        ],
        "duration_ms": round(report.duration_ms, 1),
    }
    return json.dumps(document, indent=2)


def to_text(report: Report, console: Console) -> str:
    """What an administrator reads: a line for each check, then the causes, and last how it stands.

    The causes stand near the end, where a terminal still shows them; what follows from one stands under it.
    """
    lines = [_check_line(check, report, console) for check in _listed(report.checks, console)]
    for code in dict.fromkeys(f.code for f in report.root_causes):
        for cause in (f for f in report.root_causes if f.code == code):
            lines += ["", *_finding(cause, console)]
        lines += [
            f"    {console.paint('hence:', 'dim')}  {harmless(f.summary)}" for f in report.consequences(code)
        ]
    told = [f for f in report.findings if f.severity == "info" and f.explained_by is None]
    for finding in told:
        lines += ["", *_finding(finding, console)[: None if console.verbose else 1]]
    return "\n".join([*lines, "", _verdict(report, console)])


def _listed(checks: Sequence[CheckResult], console: Console) -> Iterator[CheckResult]:
    """*checks*, of which those that were not tried for one and the same reason share a line at the end."""
    reasons = Counter(c.because for c in checks if c.outcome == "not_tried" and not console.verbose)
    shared = {reason: count for reason, count in reasons.items() if count > 1}
    yield from (c for c in checks if c.outcome != "not_tried" or c.because not in shared)
    yield from (CheckResult(f"{n} checks", "not_tried", reason) for reason, n in shared.items())


def _check_line(check: CheckResult, report: Report, console: Console) -> str:
    mark = check.outcome.replace("_", " ")
    if check.outcome == "finding":
        mark = min((f.severity for f in report.findings if f.check == check.name), key=RANK.__getitem__)
    timing = f"  {console.paint(f'{check.duration_ms:.0f} ms', 'dim')}" if console.verbose else ""
    painted = console.paint(f"{mark:<9}", _COLORS.get(mark, "dim"))
    return f"{painted} {check.name:<16} {harmless(check.because)}".rstrip() + timing


def _finding(finding: Finding, console: Console) -> list[str]:
    head = console.paint(
        f"{finding.severity}: {harmless(finding.summary)}", _COLORS[finding.severity], "bold"
    )
    interrupts = CODES[finding.code].interrupts and finding.remedy
    return [
        f"{head} {console.paint(f'[{finding.code}]', 'dim')}",
        *_labelled("why", [finding.cause] if finding.cause else []),
        *_labelled("seen", finding.evidence),
        *(
            f"    {label} {console.paint(harmless(line), 'bold')}"
            for label, line in _beside("remedy:", finding.remedy.splitlines())
        ),
        *(["            (this interrupts the service)"] if interrupts else []),
    ]


def _labelled(label: str, texts: Sequence[str]) -> list[str]:
    return [f"    {first} {harmless(text)}" for first, text in _beside(f"{label}:", texts)]


def _beside(label: str, lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line with what stands to its left: the label beside the first."""
    return ((f"{'' if number else label:<7}", line) for number, line in enumerate(lines))


def _verdict(report: Report, console: Console) -> str:
    counts = [
        f"{count} {word}{'s' * (count > 1)}"
        for word in ("error", "warning")
        if (count := sum(f.severity == word for f in report.root_causes))
    ]
    well = sum(c.outcome == "ok" for c in report.checks)
    left = sum(c.outcome in ("not_run", "not_tried") for c in report.checks)
    rest = f"{well} of {len(report.checks)} checks passed"
    rest += f", {left} not run or not tried" if left else ""
    seconds = f"{report.duration_ms / 1000:.1f} s"
    if not counts:
        is_well = "is well" if well > left else "shows no fault, as far as it was looked at"
        return console.paint(f"{report.target} {is_well}: {rest} ({seconds}).", "green")
    color = "yellow" if report.ok else "red"
    return console.paint(f"{report.target}: {' and '.join(counts)}; {rest} ({seconds}).", color, "bold")


def explain(name: str, console: Console) -> str:
    """The catalogue's entry of a code. Raises UsageError where there is none."""
    if name not in CODES:
        import difflib

        near = difflib.get_close_matches(name, CODES, n=1)
        raise UsageError(
            f"There is no code {name!r}.",
            f"Did you mean {near[0]!r}?" if near else "Findings name theirs in [].",
        )
    code = CODES[name]
    rows = [
        ("meaning", code.meaning),
        ("told by", code.told_by),
        *(("symptom", symptom) for symptom in code.symptoms),
        *(("remedy" if not number else "", line) for number, line in enumerate(code.remedy.splitlines())),
        *([("", "(this interrupts the service)")] if code.interrupts else []),
        *([("leads to", ", ".join(code.explains))] if code.explains else []),
        ("source", code.source),
    ]
    head = f"{console.paint(name, 'bold')} ({code.severity})"
    return "\n".join([head, *(f"  {label + ':' if label else '':<10}{text}" for label, text in rows)])
