"""Filesystem storage: the registry's account may write where a push writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.checks.storage import directory_of_images
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

# Where the driver makes directories during a push (distribution, storage paths).
_WRITTEN = ("", "docker/registry/v2", "docker/registry/v2/blobs", "docker/registry/v2/repositories")


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Make a file as the registry's account and remove it again, in each place that a push writes to."""
    from glctl.services.accounts import Account, try_write

    path = directory_of_images(facts)
    account = Account.named(facts.observed.run_as)
    if not account.can_be_taken:
        raise NotTriedError(f"only root can try it as {account.name}")
    for place in _WRITTEN:
        directory = path / place if place else path
        if not directory.is_dir():
            continue
        if reason := try_write(directory, account):
            owner = facts.observed.run_as or account.name
            yield found(
                "storage-not-writable",
                "storage-writable",
                str(directory),
                f"The registry's account {account.name} cannot write in {directory}: {reason}.",
                cause="Every push fails with 500 there, while the registry's own health check stays green.",
                remedy=f"chown -R {owner} {path} && chmod -R u+rwX {path}",
                evidence=[_permissions(directory)],
            )
            return "not writable"
    return f"writable for {account.name}"


def _permissions(directory: Path) -> str:
    info = directory.stat()
    owner = f"{directory.owner()}:{directory.group()}"
    return f"{directory} has mode {info.st_mode & 0o7777:04o} and belongs to {owner}"


CHECK = Check(
    "storage-writable",
    "The registry's account may write there.",
    run,
    requires=("storage",),
    effect="passing",
)
