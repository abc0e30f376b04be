import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from glctl.converge.disk import disk_problems
from glctl.converge.plan import Change, Plan
from glctl.converge.tree import ABSENT
from glctl.paths import Root
from glctl.render.resources import Account, Directory, File

BLOCK = 4096


def plan(*resources: Any) -> Plan:
    return Plan(tuple(Change("create", resource, ABSENT) for resource in resources), {})


def statvfs(monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    """Has every file system look so. Real small and read-only ones are in tests/integration."""
    about = {"f_flag": 0, "f_frsize": BLOCK, "f_bfree": 10**6, "f_bavail": 10**6, **more}
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(**about))


def test_an_ordinary_disk(root: Root) -> None:
    made = plan(File(f"{root.path}/a/file", b"x"), Account("u", "g", "/h", "/s"))
    assert list(disk_problems(made, root)) == []


def test_a_read_only_disk_is_named_once(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    statvfs(monkeypatch, f_flag=os.ST_RDONLY, f_bfree=0)
    made = plan(File(f"{root.path}/a", b""), File(f"{root.path}/deep/er/b", b""))
    [(what, hint)] = disk_problems(made, root)
    assert what.endswith(" is a read-only file system.")
    assert hint.startswith("Remount it: mount -o remount,rw /")


@pytest.mark.parametrize(
    ("free", "content", "said"),
    [(19, 0, None), (18, 0, 76), (20, BLOCK, None), (19, BLOCK, 80), (20, BLOCK + 1, 84)],
)  # 16 blocks for our own records, one for a directory, one for a file beside its content
def test_room_is_counted_in_blocks(
    root: Root, monkeypatch: pytest.MonkeyPatch, free: int, content: int, said: int | None
) -> None:
    statvfs(monkeypatch, f_bfree=free, f_bavail=free)
    made = plan(
        Directory(f"{root.path}/a"), File(f"{root.path}/a/f", bytes(content)), Directory(f"{root.path}/b")
    )
    found = [what for what, _ in disk_problems(made, root)]
    assert [f"{said} KiB are needed, {free * 4} KiB are free." in what for what in found] == [True] * bool(
        said
    )


@pytest.mark.parametrize(("uid", "short"), [(0, False), (1000, True)])
def test_the_last_blocks_are_roots(
    root: Root, monkeypatch: pytest.MonkeyPatch, uid: int, short: bool
) -> None:
    statvfs(monkeypatch, f_bfree=1000, f_bavail=0)
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    assert bool([*disk_problems(plan(), root)]) == short


def test_a_directory_that_may_not_be_written(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    (root.path / "shut").mkdir()
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != "shut")
    [(what, _)] = disk_problems(plan(File(f"{root.path}/shut/deep/file", b"")), root)
    assert what == f"This user may not write in {root.path}/shut."
