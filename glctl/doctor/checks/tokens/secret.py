"""The secret that uploads under way are signed with: every node of a registry must have the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look whether one is set. Without one, each start makes its own, which is well on a single node."""
    observed = facts.observed
    if observed.setting("http", "secret"):
        return "set"
    if observed.storage_directory is None:  # in an object storage, which other nodes can share
        yield found(
            "http-secret-missing",
            observed.config_path,
            "The registry makes a new http.secret with each start, and another one on each node.",
            evidence=[f"{observed.config_path} has no http.secret"],
        )
    return "none is set: each start makes its own"


CHECK = Check(
    "http-secret",
    "Uploads are signed with one secret on all nodes.",
    run,
    requires=("configuration",),
    live=False,
)
