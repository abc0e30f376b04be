"""A Report as JSON, for programs. JUnit's and Prometheus's formats have files of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glctl.findings.report import Report


def to_json(report: Report) -> str:
    """One JSON document; its keys are those of the design. ASCII: foreign text must not reach a terminal."""
    return json.dumps(document(report), indent=2)


def document(report: Report) -> dict[str, Any]:
    """What the JSON document holds."""
    return {
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
