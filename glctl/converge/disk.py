"""What the disk has against a Plan: it may not be written to, or has no room for it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.converge.mounts import mount_of
from glctl.paths import STATE_DIR
from glctl.render.resources import Account, File
from glctl.settings.option import ruby_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.plan import Change, Plan, Problem
    from glctl.paths import Root
    from glctl.settings.effective import Effective

_RECORDS = 16  # blocks, for what glctl remembers of a run


def disk_problems(plan: Plan, root: Root, effective: Effective) -> Iterator[Problem]:
    """Why the files of *plan* could not be written, glctl's own records included.

    *effective* are the settings that name their places.
    """
    state = _nearest(root.at(STATE_DIR))
    sizes: dict[Path, int] = {state: _RECORDS + _journal(plan, os.statvfs(state).f_frsize)}
    for change in plan.changes:
        if not isinstance(change.resource, Account):
            parent = _nearest(Path(change.path).parent)
            sizes[parent] = sizes.get(parent, 0) + _blocks(change, os.statvfs(parent).f_frsize)
    refused = [problem for parent in sorted(sizes) for problem in _refusal(parent, plan, root, effective)]
    yield from refused or _shortage(sizes)


def _refusal(parent: Path, plan: Plan, root: Root, effective: Effective) -> Iterator[Problem]:
    if os.statvfs(parent).f_flag & os.ST_RDONLY:
        where = mount_of(parent).point
        yield f"{where} is a read-only file system.", f"Remount it: mount -o remount,rw {where}"
    elif not os.access(parent, os.W_OK | os.X_OK):
        wanting = ", ".join(_wanting(parent, plan, root, effective))
        elsewhere = f", or name another place in gitlab.rb: {wanting}" if wanting else ""
        if not os.geteuid():
            yield (
                f"Not even root may write in {parent}.",
                f"See what forbids it: lsattr -d {parent}{elsewhere}",
            )
        elif root.relocated or wanting:
            yield f"This user may not write in {parent}.", f"Let this user write there{elsewhere}."
        else:
            hint = "Run glctl as root, or name a directory of this user's own with --root."
            yield f"This user may not write in {parent}.", hint


def _wanting(parent: Path, plan: Plan, root: Root, effective: Effective) -> Iterator[str]:
    """The settings of gitlab.rb that have something written below *parent*."""
    below = [Path(path) for path in plan.paths if Path(path).is_relative_to(parent)]
    for key, resolved in effective.resolved.items():
        if resolved.origin.kind == "file":
            named = [root.at(text) for text in _texts(resolved.value) if text.startswith("/")]
            if any(path.is_relative_to(place) for place in named for path in below):
                yield f"{ruby_name(key)} ({resolved.origin})"


def _texts(value: object) -> Iterator[str]:
    """All texts in a setting's value."""
    if isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, str):
        yield value


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
            yield (
                f"{where} has too little room: {amounts}.",
                f"Make it larger, or make room: du -xh {where} | sort -h | tail",
            )


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
