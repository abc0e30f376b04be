"""The debug server: the registry's own opinion of its health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Read /debug/health and /debug/vars."""
    from glctl.clients.distribution import in_words

    base = facts.debug_base
    health, values = facts.health(), facts.vars()
    if health.failing is None or values.values is None:
        unanswered = health.exchange if health.failing is None else values.exchange
        yield found(
            "debug-unreachable",
            base,
            f"The registry's debug server does not answer at {base}.",
            evidence=[in_words(unanswered), *facts.unread_changes()],
        )
        return "no answer"
    if health.failing:
        yield found(
            "registry-unhealthy",
            base,
            "The registry's own health check fails: it refuses every request with 503.",
            evidence=[f"{name}: {text}" for name, text in health.failing.items()],
        )
        return "unhealthy"
    # It only ever asks whether the storage's root can be seen: a full or write-protected one passes.
    return "healthy by its own account, which does not try to write"


# An unhealthy registry is told by its 503 already (local), which names what the debug server says.
CHECK = Check("debug-server", "The registry calls itself healthy.", run, requires=("local",), speaks=True)
