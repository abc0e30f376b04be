import os
import stat
from pathlib import Path

import pytest

from glctl.converge import accounts
from glctl.converge.apply import apply
from glctl.converge.plan import Ids, Plan, plan
from glctl.converge.prepare import observe
from glctl.converge.tree import Tree
from glctl.paths import Root
from glctl.render.resources import Absent, Account, Directory, File, Resource, Symlink
from glctl.settings.host import Host
from glctl.settings.platform import DEBIAN


def run(resources: list[Resource], tree: Tree) -> Plan:
    """Plan and apply; returns what was planned."""
    host = Host(DEBIAN, tree.root, privileged=False)
    places, actual, _ = observe(resources, tree)
    made = plan(places, actual, Ids({}, {}), host)
    apply(made.changes, resources, tree, host)
    return made


def test_every_kind_comes_to_be_and_stays(tree: Tree, root: Root) -> None:
    top = str(root.path)
    (root.path / "old").touch()
    resources: list[Resource] = [
        Directory(f"{top}/d", 0o750),
        File(f"{top}/d/file", b"content", 0o640),
        Directory(f"{top}/env", exact=True),
        Symlink(f"{top}/link", "d/file"),
        Absent(f"{top}/old"),
    ]
    assert len(run(resources, tree).changes) == 5
    assert (root.path / "link").read_bytes() == b"content"
    assert not (root.path / "old").exists()
    assert run(resources, tree).changes == ()


def test_drift_of_every_kind_is_undone(tree: Tree, root: Root) -> None:
    top = str(root.path)
    resources: list[Resource] = [
        Directory(f"{top}/d", 0o750),
        File(f"{top}/d/file", b"content", 0o640),
        File(f"{top}/d/other", b"content", 0o640),
        Directory(f"{top}/env", exact=True),
        Symlink(f"{top}/link", "d/file"),
    ]
    run(resources, tree)
    directory = root.path / "d"
    directory.chmod(0o777)
    (directory / "file").write_text("edited")
    (directory / "other").unlink()
    (directory / "other").symlink_to("file")
    (root.path / "env/STRAY").touch()
    (root.path / "link").unlink()
    (root.path / "link").symlink_to("elsewhere")
    assert len(run(resources, tree).changes) == 5
    assert run(resources, tree).changes == ()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o750
    assert list((root.path / "env").iterdir()) == []
    assert not (directory / "other").is_symlink()


def test_accounts_are_made_before_what_belongs_to_them(
    tree: Tree, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    monkeypatch.setattr(accounts, "create", lambda account: order.append(f"account {account.user}"))
    monkeypatch.setattr(Tree, "mkdir", lambda _self, path, _mode, _owner: order.append(Path(path).name))
    resources = [Directory(f"{root.path}/home"), Account("registry", "registry", "/home", "/bin/sh")]
    made = plan(resources, {}, Ids({}, {}), Host(DEBIAN))
    apply(made.changes, resources, tree, Host(DEBIAN, privileged=False))
    assert order == ["account registry", "home"]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another account")
def test_files_are_given_to_their_owners(tree: Tree, root: Root) -> None:
    resources: list[Resource] = [
        Directory(f"{root.path}/d", 0o2770, "nobody", "nogroup"),
        File(f"{root.path}/d/file", b"", 0o640, "nobody", "nogroup"),
    ]
    host = Host(DEBIAN, root)
    ids = accounts.lookup_ids(resources, host)
    for _ in range(2):
        places, actual, _ = observe(resources, tree)
        made = plan(places, actual, ids, host)
        apply(made.changes, resources, tree, host)
        for path in (root.path / "d", root.path / "d/file"):
            assert (path.owner(), path.group()) == ("nobody", "nogroup")
            os.chown(path, 0, 0)
