"""The debug server: metrics, where they are to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_DEFAULT = "/metrics"


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Fetch them where config.yml says; not /debug/metrics, which GitLab's pages name and is not there."""
    from glctl.clients.distribution import in_words

    base = facts.debug_base
    prometheus = facts.observed.setting("http", "debug", "prometheus") or {}
    if not prometheus.get("enabled"):
        raise NotTriedError("config.yml does not enable them (http.debug.prometheus)")
    url = base + str(prometheus.get("path") or _DEFAULT)
    exchange = facts.client().request("GET", url, step="metrics")
    if exchange.status != 200:
        yield found(
            "metrics-missing",
            url,
            f"The registry shows no metrics at {url}.",
            evidence=[in_words(exchange), *facts.unread_changes()],
        )
        return "missing"
    return f"{url}, not /debug/metrics as some pages say"


CHECK = Check("metrics", "Metrics are where they should be.", run, requires=("local", "debug-server"))
