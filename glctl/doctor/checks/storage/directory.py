"""Filesystem storage: the directory is there, and has room."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.remedies import of_setting
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding, Severity

# What is left of a file system when it is nearly, or as good as full: both the share and the bytes must be
# below, since a hundredth of a large one is a lot of room.
_NEARLY, _FULL = (0.10, 20e9), (0.01, 1e9)


def directory_of_images(facts: Facts) -> Path:
    """Where the filesystem driver keeps images; not tried with another driver."""
    directory = facts.observed.storage_directory
    if directory is None:
        raise NotTriedError("images are not kept on a file system")
    return directory


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look at the directory and its file system."""
    path = directory_of_images(facts)
    if not path.is_dir():
        what = "is no directory" if path.exists() else "is not there"
        rootdirectory = "storage", "filesystem", "rootdirectory"
        yield found(
            "storage-missing",
            str(path),
            f"{path}, where images are kept, {what}.",
            remedy=of_setting(facts.observed, *rootdirectory, otherwise=""),
            evidence=[facts.observed.where(*rootdirectory)],
        )
        return what
    info = os.statvfs(path)
    if info.f_flag & os.ST_RDONLY:
        yield found("storage-read-only", str(path), f"{path} lies on a read-only file system.")
    yield from _room(str(path), info)
    return f"{path}: {_size(info.f_bavail * info.f_frsize)} free"


def _room(path: str, info: os.statvfs_result) -> Generator[Finding, None, None]:
    """What ordinary users have left (not f_bfree): bytes, and inodes where the file system counts them."""
    left = info.f_bavail * info.f_frsize
    share = info.f_bavail / (info.f_blocks or 1)
    if severity := _severity(share, left):
        summary = f"The file system of {path} has only {_size(left)} ({share:.0%}) free."
        yield found("storage-full", path, summary, severity=severity)
    inodes = info.f_favail / info.f_files if info.f_files else 1.0
    if severity := _severity(inodes, 0.0):
        summary = f"The file system of {path} has only {inodes:.0%} of its inodes free."
        yield found("storage-full", path, summary, severity=severity)


def _severity(share: float, left: float) -> Severity | None:
    if share < _FULL[0] and left < _FULL[1]:
        return "error"
    return "warning" if share < _NEARLY[0] and left < _NEARLY[1] else None


def _size(size: float) -> str:
    return f"{size / 1e9:.0f} GB" if size >= 1e10 else f"{size / 1e6:.0f} MB"


CHECK = Check(
    "storage",
    "The directory of images is there, and has room.",
    run,
    requires=("configuration",),
    speaks=True,
)
