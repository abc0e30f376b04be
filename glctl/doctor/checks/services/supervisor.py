"""The supervisor: runsvdir, which starts what looks after each service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look for runsvdir, and for the runsv of each service."""
    services = facts.services()
    if not services:
        raise NotTriedError("no service is enabled here")
    running = facts.supervisor()
    # On an Omnibus host systemd looks after it, and gitlab-ctl does not start it.
    elsewhere = "systemctl start gitlab-runsvdir    # in a container: restart that"
    remedy = "" if facts.observed.platform.manages_services else elsewhere
    if all(not service.status.is_supervised for service in services.values()):
        yield found(
            "supervisor-missing", "runsvdir", "No supervisor runs, and so no service does.", remedy=remedy
        )
    elif running is None:
        yield found(
            "supervisor-missing",
            "runsvdir",
            "The supervisor has ended; what it had started goes on.",
            cause="Nothing starts the services again after the next boot, or if their runsv ends.",
            remedy=remedy,
            severity="warning",
        )
    return f"runsvdir (pid {running.process.pid})" if running else ""


CHECK = Check("supervisor", "The supervisor runs.", run)
