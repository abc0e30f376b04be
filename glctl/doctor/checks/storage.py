"""Filesystem storage: the directory is there, and has room."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.found import found

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

# Below this share of free space or inodes a warning is due; below the other, pushes are about to fail.
_WARN_FREE, _FULL_FREE = 0.10, 0.01


def directory_of_images(facts: Facts) -> Path:
    """Where the filesystem driver keeps images; not tried with another driver."""
    directory = facts.observed.storage_directory
    if directory is None:
        raise NotTriedError("images are not kept on a file system")
    return facts.observed.root.at(directory)


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look at the directory and its file system."""
    path = directory_of_images(facts)
    if not path.is_dir():
        what = "is no directory" if path.exists() else "is not there"
        yield found("storage-missing", "storage", str(path), f"{path}, where images are kept, {what}.")
        return what
    info = os.statvfs(path)
    if info.f_flag & os.ST_RDONLY:
        yield found("storage-read-only", "storage", str(path), f"{path} lies on a read-only file system.")
    room = info.f_bavail / (info.f_blocks or 1)
    inodes = info.f_favail / info.f_files if info.f_files else 1.0
    gigabytes = info.f_bavail * info.f_frsize / 1e9
    for share, what in ((room, f"{gigabytes:.1f} GB ({room:.0%})"), (inodes, f"{inodes:.0%} of its inodes")):
        if share < _WARN_FREE:
            yield found(
                "storage-full",
                "storage",
                str(path),
                f"The file system of {path} has only {what} free.",
                severity="error" if share < _FULL_FREE else "warning",
            )
    return f"{path}: {gigabytes:.0f} GB free"


CHECK = Check("storage", "The directory of images is there, and has room.", run)
