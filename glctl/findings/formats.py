"""A Report as text for people and as JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from glctl.console import harmless
from glctl.errors import UsageError
from glctl.findings.catalog import CODES

if TYPE_CHECKING:
    from glctl.console import Console
    from glctl.findings.model import CheckResult, Finding
    from glctl.findings.report import Report

_COLORS = {"error": "red", "warning": "yellow", "info": "cyan"}
_MARKS = {"ok": "ok", "not_run": "not run", "not_tried": "not tried"}


def to_json(report: Report) -> str:
    """One JSON document; its keys are those of the design."""
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
    return json.dumps(document, indent=2, ensure_ascii=False)


def to_text(report: Report, console: Console) -> str:
    """What an administrator reads: checks that are well on a line each, then causes, then one last line."""
    lines = [
        _check_line(check, console) for check in report.checks if console.verbose or check.outcome == "ok"
    ]
    lines += _withheld(report, console)
    for cause in report.root_causes:
        lines += ["", *_finding(cause, console)]
        lines += [
            f"    {console.paint('follows from it:', 'dim')} {harmless(f.summary)}"
            for f in report.consequences(cause)
        ]
    for finding in report.findings:
        if finding.severity == "info" and finding.explained_by is None:
            lines += ["", *_finding(finding, console)]
    return "\n".join([*lines, "", _verdict(report, console)])


def _check_line(check: CheckResult, console: Console) -> str:
    mark = _MARKS.get(check.outcome, "finding")
    color = {"ok": "green", "finding": "red"}.get(check.outcome, "yellow")
    timing = f"  {console.paint(f'{check.duration_ms:.0f} ms', 'dim')}" if console.verbose else ""
    because = f"  {harmless(check.because)}" if check.because else ""
    return f"{console.paint(f'{mark:<9}', color)} {check.name:<18}{because}{timing}".rstrip()


def _withheld(report: Report, console: Console) -> list[str]:
    """What was not looked at, and why: an administrator must know what a clean report does not say."""
    if console.verbose:
        return []
    return [_check_line(c, console) for c in report.checks if c.outcome in ("not_run", "not_tried")]


def _finding(finding: Finding, console: Console) -> list[str]:
    head = console.paint(
        f"{finding.severity}: {harmless(finding.summary)}", _COLORS[finding.severity], "bold"
    )
    lines = [f"{head} {console.paint(f'[{finding.code}]', 'dim')}"]
    if finding.cause:
        lines.append(f"    why:    {harmless(finding.cause)}")
    lines += [f"    seen:   {harmless(line)}" for line in finding.evidence]
    for number, line in enumerate(finding.remedy.splitlines()):
        lines.append(f"    {'remedy:' if not number else '       '} {console.paint(harmless(line), 'bold')}")
    return lines


def _verdict(report: Report, console: Console) -> str:
    seconds = f"{report.duration_ms / 1000:.1f} s"
    tried = [c for c in report.checks if c.outcome in ("ok", "finding")]
    errors = sum(f.severity == "error" for f in report.root_causes)
    warnings = len(report.root_causes) - errors
    counts = [f"{n} {word}{'s' * (n > 1)}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    left = len(report.checks) - len(tried)
    rest = f", {left} not run or tried" if left else ""
    if not report.root_causes:
        text = f"{report.target} is well: {len(tried)} checks{rest} ({seconds})."
        return console.paint(text, "green")
    color = "red" if errors else "yellow"
    return console.paint(
        f"{report.target}: {' and '.join(counts)} to look at, {len(tried)} checks{rest} ({seconds}).", color
    )


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
        ("remedy", code.remedy + (" (interrupts the service)" if code.interrupts else "")),
        *([("leads to", ", ".join(code.explains))] if code.explains else []),
        ("source", code.source),
    ]
    head = f"{console.paint(name, 'bold')} ({code.severity})"
    return "\n".join([head, *(f"  {label + ':':<10}{text}" for label, text in rows)])
