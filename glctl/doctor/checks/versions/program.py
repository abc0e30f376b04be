"""The registry's own version, and what does not go together with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.checks.database.lock_files import mode
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_S3 = ("s3", "s3aws")


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Ask the program (``--version``)."""
    build = facts.build()
    subject = build.program
    if not build.is_gitlabs and build.version >= (3, 0):
        yield found(
            "registry-v3-keys",
            subject,
            f"{build.said}: it names keys otherwise than GitLab does, and refuses GitLab's tokens.",
        )
    if not build.is_gitlabs and mode(facts) == "on":
        yield found(
            "registry-without-database",
            subject,
            f"{build.said}: it has no metadata database, and passes over registry['database'].",
        )
    storage = facts.observed.setting("storage") or {}
    if not build.is_gitlabs and build.version < (2, 7) and any(name in storage for name in _S3):
        yield found("registry-too-old", subject, f"{build.said}: its health check fails on an empty bucket.")
    return build.said


CHECK = Check(
    "registry-version",
    "The registry's version goes together with its settings.",
    run,
    requires=("configuration",),
    speaks=True,
)
