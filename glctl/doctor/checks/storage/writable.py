"""Filesystem storage: the registry's account may write where a push writes."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from glctl.doctor import permissions
from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.checks.storage.directory import directory_of_images
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding
    from glctl.services.accounts import Account

# Where a push makes directories (distribution, storage paths): in each, or where it is yet to be made.
_WRITTEN = ("docker/registry/v2/blobs/sha256", "docker/registry/v2/repositories")
# What the kernel says where not the permissions are wrong, and what that is.
_OTHER_REASONS = {
    os.strerror(errno.EROFS): "storage-read-only",
    os.strerror(errno.ENOSPC): "storage-full",
    os.strerror(errno.EDQUOT): "storage-full",
    os.strerror(errno.EIO): "storage-io-error",
}


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Write and remove a file as the registry's account where a push would; look at a sample of the rest."""
    from glctl.services.accounts import try_write

    top = directory_of_images(facts)
    account = facts.account()
    if account.untakable:
        raise NotTriedError(account.untakable)
    for file in {file for place in _WRITTEN if (file := _in_the_way(top, place))}:
        summary = f"The registry needs a directory where a file stands: {file}."
        yield found("storage-not-a-directory", str(file), summary)
    written = {_nearest(top, place) for place in _WRITTEN}
    refused = {directory: why for directory in sorted(written) if (why := try_write(directory, account))}
    if not refused and (doubtful := permissions.first_not_writable(top, account)):
        # Its mode says no; an access list may say yes.
        refused = {doubtful: why} if (why := try_write(doubtful, account)) else {}
    told: set[Path] = set()
    for directory, why in refused.items():
        obstacle = permissions.find_obstacle(directory, top, account)
        place = obstacle.path if obstacle else directory
        if place not in told:
            told.add(place)
            yield _finding(directory, account, why, obstacle)
    return f"{'not ' * bool(refused)}writable for the account {account.name}"


def _in_the_way(top: Path, place: str) -> Path | None:
    """What is no directory on the way from *top* to *place* below it."""
    way = (top / place, *(top / place).parents)
    return next((path for path in way[: way.index(top)] if path.exists() and not path.is_dir()), None)


def _nearest(top: Path, place: str) -> Path:
    """*place* below *top*, or the nearest directory above it that is there."""
    return next(path for path in (top / place, *(top / place).parents) if path == top or path.is_dir())


def _finding(directory: Path, account: Account, why: str, obstacle: permissions.Obstacle | None) -> Finding:
    code = _OTHER_REASONS.get(why, "storage-not-writable")
    summary = f"The registry's account {account.name} cannot write in {directory}: {why.lower()}."
    if code != "storage-not-writable":
        return found(code, str(directory), summary, severity="error")
    if obstacle is None:
        remedy = (
            "Owner and mode are right. Look at what else decides: getfacl, lsattr (chattr +i), SELinux\n"
            "(ausearch -m avc), and for NFS at the server's log and its root_squash."
        )
    else:
        remedy = permissions.remedy(obstacle, account)
    return found(
        code,
        str(directory),
        summary,
        cause="Pushes fail there with 500, while the registry's own health check stays green.",
        remedy=remedy,
        evidence=[str(obstacle)] if obstacle else [],
    )


CHECK = Check(
    "storage-writable",
    "The registry's account may write there.",
    run,
    requires=("storage",),
    effect="passing",
)
