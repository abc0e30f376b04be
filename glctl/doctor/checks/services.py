"""The services: running, and not starting over and over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts, Seen
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look at each enabled service, twice where it is young."""
    if facts.observed.source != "disk":
        raise NotTriedError("only a gitlab.rb is examined, nothing runs from it")
    seen = facts.services()
    if not seen:
        raise NotTriedError("no service is enabled here")
    if all(not service.status.is_supervised for service in seen.values()):
        yield found(
            "supervisor-missing", "services", "runsvdir", "No supervisor runs, and so no service does."
        )
    for name, service in seen.items():
        yield from _judge(facts, name, service)
    return ", ".join(f"{name} {service.status}" for name, service in seen.items())


def _judge(facts: Facts, name: str, service: Seen) -> Generator[Finding, None, None]:
    from glctl.services.runit import in_words

    status = service.status
    if service.looping:
        yield found(
            "service-crash-loop",
            "services",
            name,
            f"{name} ends right after each start, again and again.",
            remedy=f"Mend what its last words name; all of them: glctl tail-logs {name}",
            evidence=facts.last_words(name),
        )
    elif not status.is_supervised:
        yield found("service-down", "services", name, f"{name} does not run: it has no supervisor.")
    elif not status.is_up:
        word = "paused" if status.paused else "down"
        asked = ", on purpose: somebody stopped it" if status.want == "down" else ""
        yield found(
            "service-down",
            "services",
            name,
            f"{name} has been {word} for {in_words(status.seconds)}{asked}.",
            remedy=f"glctl start {name}",
        )


CHECK = Check("services", "The registry and nginx run, and keep running.", run)
