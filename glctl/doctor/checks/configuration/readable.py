"""The registry's settings: that they can be read, and what overrides them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Tell what kept config.yml from being read."""
    observed = facts.observed
    observed.require_read(*observed.unread)
    if observed.problem:
        yield found(
            "registry-config-invalid",
            observed.config_path,
            f"The registry cannot read its {observed.config_path}: {observed.problem}.",
            remedy="glctl reconfigure",
        )
    if observed.overrides:
        yield found(
            "registry-environment-overrides",
            observed.config_path,
            f"The registry's environment overrides {observed.config_path}: {', '.join(observed.overrides)}.",
        )
    return observed.config_path if observed.source == "disk" else "as gitlab.rb would make it"


CHECK = Check("configuration", "The registry's settings can be read.", run, live=False, speaks=True)
