"""The registry's settings: that they can be read, and what check-config warns of in a gitlab.rb alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Tell what kept config.yml from being read, and what is doubtful in gitlab.rb."""
    observed = facts.observed
    if observed.problem:
        yield found(
            "registry-config-invalid",
            observed.config_path,
            f"The registry cannot read its {observed.config_path}: {observed.problem}.",
            remedy="glctl reconfigure",
        )
    for diagnostic in observed.diagnostics:
        yield found(
            diagnostic.code,
            str(diagnostic.span or "gitlab.rb"),
            f"{diagnostic.span}: {diagnostic.message}" if diagnostic.span else diagnostic.message,
            remedy=diagnostic.hint,
            severity=diagnostic.severity,
        )
    return observed.config_path if observed.source == "disk" else "as gitlab.rb would make it"


CHECK = Check("configuration", "The registry's settings can be read.", run, live=False)
