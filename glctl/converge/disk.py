"""What the disk has against a Plan: it may not be written to, or has no room for it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.converge.mounts import mount_of
from glctl.paths import STATE_DIR
from glctl.render.resources import Account, File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.plan import Change, Plan, Problem
    from glctl.paths import Root

_RECORDS = 16  # blocks, for what glctl remembers of a run


def disk_problems(plan: Plan, root: Root) -> Iterator[Problem]:
    """Why the files of *plan* could not be written, glctl's own records included."""
    state = _nearest(root.at(STATE_DIR))
    sizes: dict[Path, int] = {state: _RECORDS + _journal(plan, os.statvfs(state).f_frsize)}
    for change in plan.changes:
        if not isinstance(change.resource, Account):
            parent = _nearest(Path(change.path).parent)
            sizes[parent] = sizes.get(parent, 0) + _blocks(change, os.statvfs(parent).f_frsize)
    refused = [problem for parent in sorted(sizes) for problem in _refusal(parent)]
    yield from refused or _shortage(sizes)


def _refusal(parent: Path) -> Iterator[Problem]:
    if os.statvfs(parent).f_flag & os.ST_RDONLY:
        where = mount_of(parent).point
        yield f"{where} is a read-only file system.", f"Remount it: mount -o remount,rw {where}"
    elif not os.access(parent, os.W_OK | os.X_OK):
        hint = (
            "Run glctl as a user who may, such as root, or name a directory of this user's own with --root."
        )
        yield f"This user may not write in {parent}.", hint


def _shortage(sizes: dict[Path, int]) -> Iterator[Problem]:
    """File systems without room for all that is to be written, old and new side by side."""
    wanted: dict[int, tuple[Path, int]] = {}
    for parent, blocks in sizes.items():
        device = parent.stat().st_dev
        wanted[device] = (parent, wanted.get(device, (parent, 0))[1] + blocks)
    for parent, blocks in wanted.values():
        info = os.statvfs(parent)
        free = info.f_bavail if os.geteuid() else info.f_bfree  # some blocks are root's alone
        if free < blocks:
            unit, where = info.f_frsize / 1024, mount_of(parent).point
            amounts = f"{blocks * unit:.0f} KiB are needed, {free * unit:.0f} KiB are free"
            yield f"{where} is full: {amounts}.", f"See what fills it: du -xh {where} | sort -h | tail"


def _blocks(change: Change, size: int) -> int:
    """How many blocks it takes: its content, and one for the directory or inode."""
    content = len(change.resource.content) if isinstance(change.resource, File) else 0
    return 1 + -(-content // size)


def _journal(plan: Plan, size: int) -> int:
    """The blocks of what is noted for a roll-back: all that is written over, in base64."""
    return -(-sum(len(change.before.content) for change in plan.changes) * 4 // 3 // size)


def _nearest(directory: Path) -> Path:
    """*directory*, or what is there of the way to it."""
    while not directory.exists() and directory != directory.parent:
        directory = directory.parent
    return directory
