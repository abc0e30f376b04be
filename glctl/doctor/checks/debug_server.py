"""The debug server: the registry's own opinion of its health."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Read /debug/health and /debug/vars."""
    from glctl.clients.distribution import in_words

    if facts.observed.debug is None:
        raise NotTriedError("registry['debug_addr'] is not set")
    health = facts.health()
    if health.failing is None:
        yield found(
            "debug-unreachable",
            "debug-server",
            "debug server",
            "The debug server does not answer.",
            evidence=[in_words(health.exchange)],
        )
        return "no answer"
    if health.failing:
        yield found(
            "registry-unhealthy",
            "debug-server",
            "registry",
            "The registry's own health check fails: it refuses every request with 503.",
            evidence=[f"{name}: {text}" for name, text in health.failing.items()],
        )
        return "unhealthy"
    values = facts.vars().values
    if values is None:
        yield found(
            "debug-unreachable",
            "debug-server",
            "debug server",
            "The debug server shows no variables.",
            evidence=[in_words(facts.vars().exchange)],
        )
    # It only ever asks whether the storage's root can be seen: a full or write-protected one passes.
    return "healthy by its own account, which does not try to write"


CHECK = Check("debug-server", "The registry calls itself healthy.", run, requires=("services",))
