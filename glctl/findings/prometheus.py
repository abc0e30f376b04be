"""A Report as metrics, for node_exporter's textfile collector.

Labels hold names of ours alone (codes, checks), of which there are some hundreds at most: no address, no
value, nothing that a server has said. A code is only there while it is found; to alert on, there are
glctl_doctor_ok and glctl_doctor_root_causes, which are always there.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glctl.findings.report import Report


def to_prometheus(report: Report, now: float) -> str:
    """The metrics in the text format. *now*: seconds since 1970, when the examination ended.

    The collector refuses samples with a time of their own, so that it is a metric of its own.
    """
    from prometheus_client import CollectorRegistry, Gauge, generate_latest

    registry = CollectorRegistry()

    def gauge(name: str, about: str, *labels: str) -> Gauge:
        return Gauge(f"glctl_doctor_{name}", about, ("target", *labels), registry=registry)

    ok = gauge("ok", "Whether no error was found.")
    ok.labels(report.target).set(report.ok)
    causes = gauge("root_causes", "Findings that nothing else explains.", "severity")
    for severity in ("error", "warning"):
        count = sum(finding.severity == severity for finding in report.root_causes)
        causes.labels(report.target, severity).set(count)
    findings = gauge("findings", "What is found, consequences included.", "code", "severity")
    for (code, severity), count in Counter((f.code, f.severity) for f in report.findings).items():
        findings.labels(report.target, code, severity).set(count)
    outcomes = gauge("check_outcome", "1 for how a check ended.", "check", "outcome")
    seconds = gauge("check_seconds", "How long a check took.", "check")
    for check in report.checks:
        outcomes.labels(report.target, check.name, check.outcome).set(1)
        seconds.labels(report.target, check.name).set(round(check.duration_ms / 1000, 4))
    whole = gauge("duration_seconds", "How long the examination took.")
    whole.labels(report.target).set(round(report.duration_ms / 1000, 4))
    ended = gauge("last_run_timestamp_seconds", "When the examination ended (Unix time).")
    ended.labels(report.target).set(now)
    return generate_latest(registry).decode().rstrip("\n")
