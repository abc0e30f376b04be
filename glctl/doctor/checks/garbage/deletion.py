"""Whether images may be deleted: what GitLab's clean-up and every collection begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found
from glctl.settings.option import counts_as_true

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Read ``storage.delete.enabled``, which is off in the registry itself and on in Omnibus."""
    enabled = facts.observed.setting("storage", "delete", "enabled")
    if not (counts_as_true(enabled) and str(enabled).lower() != "false"):
        yield found(
            "deletion-disabled",
            facts.observed.config_path,
            "The registry deletes nothing: GitLab's clean-up gets 405, and nothing becomes garbage.",
        )
        return "not allowed"
    return "allowed"


CHECK = Check("deletion", "Images can be deleted.", run, requires=("configuration",), live=False)
