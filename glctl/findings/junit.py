"""A Report as JUnit's XML: what CI systems show as tests. A suite for each group, a case for each check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.findings.report import RANK

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from glctl.findings.model import CheckResult, Finding, Groups
    from glctl.findings.report import Report

# A check that came to no end is an error of the test, and no failure of what it tests.
_ENDLESS = ("check-failed", "check-late")


def to_junit(report: Report, groups: Groups, *, strict: bool = False) -> str:
    """One XML document (ASCII) of the form that Maven's Surefire writes and CI systems read.

    A check fails in it where it makes the exit code 1: by an error, or with *strict* by a warning.
    """
    from xml.etree.ElementTree import Element, tostring

    top = Element("testsuites", name=f"glctl doctor {report.target}")
    results = {check.name: check for check in report.checks}
    for group, names in groups.items():
        cases = [
            _case(results[name], f"{report.target}.{group}", report, strict)
            for name in names
            if name in results
        ]
        if cases:
            suite = Element("testsuite", name=group)
            suite.extend(cases)
            _count(suite, sum(results[name].duration_ms for name in names if name in results))
            top.append(suite)
    _count(top, report.duration_ms)
    content: bytes = tostring(top, encoding="us-ascii", xml_declaration=True)
    return content.decode()


def _case(check: CheckResult, place: str, report: Report, strict: bool) -> Element:
    from xml.etree.ElementTree import Element, SubElement

    case = Element("testcase", classname=place, name=check.name, time=f"{check.duration_ms / 1000:.3f}")
    findings = [f for f in report.findings if f.check == check.name]
    grave = [f for f in findings if f.severity == "error" or (strict and f.severity == "warning")]
    if check.outcome in ("not_run", "not_tried"):
        words = f"{check.outcome.replace('_', ' ')}: {harmless(check.because)}"
        SubElement(case, "skipped", message=words)
    elif grave:
        worst = min(grave, key=lambda f: (RANK[f.severity], f.explained_by is not None))
        kind = "error" if worst.code in _ENDLESS else "failure"
        failure = SubElement(case, kind, type=worst.code, message=harmless(worst.summary))
        failure.text = "\n\n".join(map(_told, grave))
    if told := [harmless(check.because)] if check.because else []:
        told += [_told(f) for f in findings if f not in grave]
        SubElement(case, "system-out").text = "\n\n".join(told)
    return case


def _told(finding: Finding) -> str:
    """A finding as text without characters that XML does not have."""
    lines = [
        f"{finding.severity}: {finding.summary} [{finding.code}]",
        *([f"follows from: {finding.explained_by}"] if finding.explained_by else []),
        *([f"why: {finding.cause}"] if finding.cause else []),
        *(f"seen: {text}" for text in finding.evidence),
        *(["remedy:", *finding.remedy.splitlines()] if finding.remedy else []),
    ]
    return "\n".join(map(harmless, lines))


def _count(suite: Element, milliseconds: float) -> None:
    """How many cases are below, and how many of them are not well, as attributes."""
    suite.set("tests", str(sum(1 for _ in suite.iter("testcase"))))
    for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(1 for _ in suite.iter(kind))))
    suite.set("time", f"{milliseconds / 1000:.3f}")
