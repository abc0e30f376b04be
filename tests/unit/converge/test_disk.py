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
from glctl.settings.effective import Effective, Origin, Resolved

BLOCK = 4096


def plan(*resources: Any) -> Plan:
    return Plan(tuple(Change("create", resource, ABSENT) for resource in resources), {})


def statvfs(monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    """Has every file system look so. Real small and read-only ones are in tests/integration."""
    about = {"f_flag": 0, "f_frsize": BLOCK, "f_bfree": 10**6, "f_bavail": 10**6, **more}
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(**about))


def test_an_ordinary_disk(root: Root) -> None:
    made = plan(File(f"{root.path}/a/file", b"x"), Account("u", "g", "/h", "/s"))
    assert list(disk_problems(made, root, Effective({}))) == []


def test_a_read_only_disk_is_named_once(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    statvfs(monkeypatch, f_flag=os.ST_RDONLY, f_bfree=0)
    made = plan(File(f"{root.path}/a", b""), File(f"{root.path}/deep/er/b", b""))
    [(what, hint)] = disk_problems(made, root, Effective({}))
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
    found = [what for what, _ in disk_problems(made, root, Effective({}))]
    assert [f"{said} KiB are needed, {free * 4} KiB are free." in what for what in found] == [True] * bool(
        said
    )


@pytest.mark.parametrize(("uid", "short"), [(0, False), (1000, True)])
def test_the_last_blocks_are_roots(
    root: Root, monkeypatch: pytest.MonkeyPatch, uid: int, short: bool
) -> None:
    statvfs(monkeypatch, f_bfree=1000, f_bavail=0)
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    assert bool([*disk_problems(plan(), root, Effective({}))]) == short


@pytest.mark.parametrize(
    ("uid", "value", "said", "hint"),
    [
        (0, None, "Not even root may", "See what forbids it: lsattr -d {}"),
        (1000, None, "This user may not", "Let this user write there."),
        (
            1000,
            "{}",
            "This user may not",
            "Let this user write there, or name another place in gitlab.rb: registry['dir'] (gitlab.rb).",
        ),
    ],
)
def test_a_directory_that_may_not_be_written(
    root: Root, monkeypatch: pytest.MonkeyPatch, uid: int, value: str | None, said: str, hint: str
) -> None:
    shut = root.path / "shut"
    shut.mkdir()
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != "shut")
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    settings = {"registry.dir": Resolved({"deep": value.format(shut)}, Origin("file"))} if value else {}
    [problem] = disk_problems(plan(File(f"{shut}/deep/file", b"")), root, Effective(settings))
    assert problem == (f"{said} write in {shut}.", hint.format(shut))


def test_without_a_sandbox_there_is_one_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    [(what, hint)] = disk_problems(plan(), Root(), Effective({}))
    assert what.startswith("This user may not write in /")
    assert hint == "Run glctl as root, or name a directory of this user's own with --root."
