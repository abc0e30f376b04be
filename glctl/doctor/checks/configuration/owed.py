"""What services are owed: a restart that a run did not come to, and files that they have not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found
from glctl.paths import CONFIG_FILE

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run_owed(facts: Facts) -> Generator[Finding, None, str]:
    """Look for records that a run removed and did not write again."""
    from glctl.converge.drift import drift

    if not facts.observed.platform.manages_services:
        raise NotTriedError("gitlab-ctl keeps no records of it")
    root = facts.observed.root
    seen = drift(root, root.at(CONFIG_FILE))
    if seen is None:
        raise NotTriedError("glctl has not set this up, or this user may not see its records")
    if seen.at_work:
        return f"a run is at work now (pid {seen.at_work})"
    if seen.owed:
        names = ", ".join(seen.owed)
        yield found(
            "restart-owed",
            names,
            f"A run was interrupted: {names} {'were' if len(seen.owed) > 1 else 'was'} not seen up since.",
        )
    return f"seen up with generation {seen.number}" if seen.number else ""


def run_unread(facts: Facts) -> Generator[Finding, None, str]:
    """Compare when files were written with when the processes that read them began."""
    for service, evidence, remedy in (
        ("registry", facts.unread_changes(), "glctl restart registry"),
        ("nginx", facts.unread_by_nginx(), "glctl hup nginx"),
    ):
        if evidence:
            yield found(
                "changes-unread",
                service,
                f"{service} runs with older files than those on disk.",
                remedy=remedy,
                evidence=evidence,
            )
    return ""


OWED = Check("restart-owed", "Each service was seen up on its files.", run_owed)
UNREAD = Check("changes-unread", "Each service has read its files as they are.", run_unread)
