import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from glctl.converge.tree import ABSENT, ObstacleError, Tree
from glctl.paths import Root

OWN = (os.geteuid(), os.getegid())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    directory = tmp_path / "outside"
    directory.mkdir()
    (directory / "precious").write_text("precious")
    return directory


def test_a_tree_is_removed_whole_and_no_link_is_followed(tree: Tree, root: Root, outside: Path) -> None:
    (root.path / "a/b").mkdir(parents=True)
    (root.path / "a/b/link").symlink_to(outside)
    tree.remove_tree(f"{root.path}/a")
    tree.remove_tree(f"{root.path}/a")
    assert names(root.path) == []
    assert names(outside) == ["precious"]
    (root.path / "a").symlink_to(outside)
    with pytest.raises(OSError, match="root/a"):
        tree.remove_tree(f"{root.path}/a")


# --- reading


def test_what_is_there(tree: Tree, root: Root) -> None:
    (root.path / "file").write_bytes(b"content")
    (root.path / "file").chmod(0o640)
    (root.path / "link").symlink_to("file")
    os.mkfifo(root.path / "pipe")
    found = tree.actual(f"{root.path}/file")
    assert (found.kind, found.mode, (found.uid, found.gid), found.content) == ("file", 0o640, OWN, b"content")
    assert tree.actual(f"{root.path}/file", content=False).content == b""
    link = tree.actual(f"{root.path}/link")
    assert (link.kind, link.target) == ("symlink", "file")
    assert tree.actual(f"{root.path}/pipe").kind == "other"
    assert tree.actual(f"{root.path}/nothing/below/it") == ABSENT
    assert tree.actual(f"{root.path}/file/below") == ABSENT


def test_names_in_a_directory(tree: Tree, root: Root) -> None:
    (root.path / "b").touch()
    (root.path / "a").touch()
    assert tree.names(str(root.path)) == ["a", "b"]
    assert tree.names(f"{root.path}/nothing") == []
    assert tree.names(f"{root.path}/a") == []


@pytest.mark.parametrize("path", ["/etc/passwd", "{root}/../outside/precious", "{root}x", "/"])
def test_a_path_outside_is_refused(tree: Tree, root: Root, outside: Path, path: str) -> None:
    with pytest.raises(ObstacleError, match="lies outside"):
        tree.actual(path.format(root=root.path))


def test_without_a_root_nothing_is_outside() -> None:
    assert Tree(Root()).actual("/etc/passwd", content=False).kind == "file"
    assert Tree(Root()).actual("/etc").kind == "directory"


@pytest.mark.parametrize("path", [Path("/"), Path("/usr")])
def test_the_root_itself_is_nobodys_to_change(path: Path) -> None:
    with pytest.raises(ObstacleError, match=f"{path} is the root itself"):
        Tree(Root(path)).protect(str(path), 0o755)


# --- links on the way


def test_a_link_within_the_root_is_followed(tree: Tree, root: Root) -> None:
    (root.path / "real/deep").mkdir(parents=True)
    (root.path / "relative").symlink_to("real")
    (root.path / "absolute").symlink_to(root.path / "relative/deep")
    tree.write(f"{root.path}/absolute/file", b"x", 0o600)
    assert (root.path / "real/deep/file").read_bytes() == b"x"
    assert tree.actual(f"{root.path}/relative/deep/../deep/file").content == b"x"


CHANGES = {
    "actual": lambda tree, path: tree.actual(path),
    "names": lambda tree, path: tree.names(str(Path(path).parent)),
    "missing_parents": lambda tree, path: tree.missing_parents(f"{path}/more"),
    "write": lambda tree, path: tree.write(path, b"x", 0o644),
    "mkdir": lambda tree, path: tree.mkdir(path, 0o755),
    "symlink": lambda tree, path: tree.symlink(path, "/"),
    "protect": lambda tree, path: tree.protect(path, 0o777),
    "unlink": lambda tree, path: tree.unlink(path),
    "open_lock": lambda tree, path: tree.open_lock(path),
    "destination": lambda tree, path: tree.destination(path),
}


def test_where_a_link_leads(tree: Tree, root: Root) -> None:
    (root.path / "real" / "below").mkdir(parents=True)
    (root.path / "second").symlink_to("real")
    (root.path / "first").symlink_to("second/below")
    assert tree.destination(f"{root.path}/first") == f"{root.path}/real/below"
    with pytest.raises(FileNotFoundError):
        tree.destination(f"{root.path}/nowhere")


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("target", ["{outside}", "../outside", "../../../../../../{outside}"])
@pytest.mark.parametrize("where", ["link", "a/link", "a/b/link"])
def test_a_link_that_leads_out_is_never_followed(
    tree: Tree, root: Root, outside: Path, change: str, target: str, where: str
) -> None:
    link = root.path / where
    link.parent.mkdir(parents=True, exist_ok=True)
    up = "../" * where.count("/")
    link.symlink_to(target.format(outside=outside) if "{" in target else f"{up}{target}")
    before = sorted(outside.rglob("*"))
    with pytest.raises(ObstacleError) as refused:
        CHANGES[change](tree, f"{link}/precious")
    assert refused.value.message.startswith(f"{link} is a symbolic link that leads out of {root.path}")
    assert sorted(outside.rglob("*")) == before
    assert (outside / "precious").read_text() == "precious"


def test_a_chain_of_links_is_followed_to_where_it_leaves(tree: Tree, root: Root, outside: Path) -> None:
    (root.path / "first").symlink_to("second")
    (root.path / "second").symlink_to(outside)
    with pytest.raises(ObstacleError, match=f"{root.path}/second is a symbolic link"):
        tree.write(f"{root.path}/first/new", b"", 0o644)
    assert not (outside / "new").exists()


def test_links_that_lead_to_each_other(tree: Tree, root: Root) -> None:
    (root.path / "a").symlink_to("b")
    (root.path / "b").symlink_to("a")
    with pytest.raises(OSError, match="Too many levels") as failed:
        tree.actual(f"{root.path}/a/file")
    assert (failed.value.errno, failed.value.filename) == (errno.ELOOP, f"{root.path}/a/file")


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a link to somebody else")
def test_a_link_that_a_service_account_made_is_not_followed(tree: Tree, root: Root) -> None:
    (root.path / "real").mkdir()
    (root.path / "link").symlink_to("real")
    os.lchown(root.path / "link", 12345, 12345)
    with pytest.raises(ObstacleError, match="neither root nor this user has made") as refused:
        tree.mkdir(f"{root.path}/link/new", 0o755)
    assert refused.value.hint.endswith(f"chown -h root {root.path}/link")
    assert list((root.path / "real").iterdir()) == []


# --- parents


def test_missing_parents_come_outermost_first(tree: Tree, root: Root) -> None:
    (root.path / "a").mkdir()
    assert tree.missing_parents(f"{root.path}/a/b/c/file") == [f"{root.path}/a/b", f"{root.path}/a/b/c"]
    assert tree.missing_parents(f"{root.path}/file") == []


def test_missing_parents_end_at_a_link_to_a_directory(tree: Tree, root: Root) -> None:
    (root.path / "real").mkdir()
    (root.path / "link").symlink_to("real")
    assert tree.missing_parents(f"{root.path}/link/a/file") == [f"{root.path}/link/a"]


@pytest.mark.parametrize("make", [Path.touch, os.mkfifo, lambda path: path.symlink_to("nowhere")])
def test_something_else_where_a_parent_belongs(tree: Tree, root: Root, make: Any) -> None:
    make(root.path / "there")
    with pytest.raises(ObstacleError, match=f"{root.path}/there is no directory") as refused:
        tree.missing_parents(f"{root.path}/there/a/file")
    assert f"{root.path}/there/a/file is to lie below it" in refused.value.message


# --- writing


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_a_file_is_written_with_its_parents(tree: Tree, root: Root, umask: int) -> None:
    before = os.umask(umask)
    try:
        tree.write(f"{root.path}/a/b/file", b"content", 0o640, OWN)
    finally:
        os.umask(before)
    file = root.path / "a/b/file"
    assert (file.read_bytes(), mode(file)) == (b"content", 0o640)
    assert (mode(file.parent), mode(file.parent.parent)) == (0o755, 0o755)
    assert names(file.parent) == ["file"]


def test_a_parent_is_never_there_half_made(tree: Tree, root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    """No later run would put it right: parents are nobody's Resource."""

    def killed(*args: Any) -> None:
        raise KeyboardInterrupt

    for name in ("fchmod", "fsync"):
        monkeypatch.setattr(os, name, killed)
    before = os.umask(0o077)
    try:
        with pytest.raises(KeyboardInterrupt):
            tree.write(f"{root.path}/a/file", b"content", 0o600)
    finally:
        os.umask(before)
    assert mode(root.path / "a") == 0o755


def test_a_file_never_exists_with_less_protection(
    tree: Tree, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at after every system call that could change it, under the widest umask."""
    seen = []

    def looking(name: str) -> None:
        call = getattr(os, name)

        def then_look(*args: Any, **kwargs: Any) -> Any:
            result = call(*args, **kwargs)
            seen.extend((name, mode(path)) for path in root.path.iterdir() if not path.is_dir())
            return result

        monkeypatch.setattr(os, name, then_look)

    for name in ("open", "fchown", "fchmod", "fsync", "rename"):
        looking(name)
    before = os.umask(0)
    try:
        tree.write(f"{root.path}/secret", b"content", 0o600, OWN)
    finally:
        os.umask(before)
    assert {name for name, _ in seen} >= {"open", "fchmod", "rename"}
    assert {found for _, found in seen} == {0o600}


def test_writing_replaces_at_once(tree: Tree, root: Root) -> None:
    file = root.path / "file"
    file.write_text("old")
    with file.open() as reader:
        tree.write(str(file), b"new", 0o644)
        assert reader.read() == "old"  # whoever had it open keeps the old one, whole
    assert file.read_text() == "new"


def test_writing_replaces_a_link_and_not_what_it_names(tree: Tree, root: Root, outside: Path) -> None:
    link = root.path / "link"
    link.symlink_to(outside / "precious")
    tree.write(str(link), b"new", 0o644)
    assert not link.is_symlink()
    assert (outside / "precious").read_text() == "precious"


def test_writing_over_what_a_killed_run_left(tree: Tree, root: Root, outside: Path) -> None:
    (root.path / "file.glctl-new").symlink_to(outside / "precious")
    tree.write(f"{root.path}/file", b"new", 0o644)
    tree.symlink(f"{root.path}/link", "file")
    assert names(root.path) == ["file", "link"]
    assert (outside / "precious").read_text() == "precious"


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tree: Tree, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root.path / "file").write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left") as failed:
        tree.write(f"{root.path}/file", b"new", 0o644)
    assert failed.value.filename == f"{root.path}/file"
    assert names(root.path) == ["file"]
    assert (root.path / "file").read_text() == "old"


def test_a_directory_gets_its_mode_whatever_the_umask(tree: Tree, root: Root) -> None:
    before = os.umask(0o077)
    try:
        tree.mkdir(f"{root.path}/a/b", 0o2770, OWN)
    finally:
        os.umask(before)
    assert (mode(root.path / "a"), mode(root.path / "a/b")) == (0o755, 0o2770)
    with pytest.raises(FileExistsError):
        tree.mkdir(f"{root.path}/a/b", 0o755)


def test_a_link_is_made_and_replaced(tree: Tree, root: Root) -> None:
    for target in ("one", "/two"):
        tree.symlink(f"{root.path}/a/link", target)
        assert str((root.path / "a/link").readlink()) == target
    assert names(root.path / "a") == ["link"]


def test_protecting_a_file_and_a_directory(tree: Tree, root: Root) -> None:
    (root.path / "directory").mkdir()
    (root.path / "directory/file").touch()
    for path, wanted in ((root.path / "directory/file", 0o600), (root.path / "directory", 0o2750)):
        tree.protect(str(path), wanted, OWN)
        assert mode(path) == wanted


def test_protecting_goes_through_no_link(tree: Tree, root: Root, outside: Path) -> None:
    (root.path / "link").symlink_to(outside / "precious")
    (outside / "precious").chmod(0o600)
    with pytest.raises(OSError, match="Too many levels") as failed:
        tree.protect(f"{root.path}/link", 0o777)
    assert failed.value.filename == f"{root.path}/link"
    assert mode(outside / "precious") == 0o600


def test_removing_files_and_links(tree: Tree, root: Root, outside: Path) -> None:
    (root.path / "file").touch()
    (root.path / "link").symlink_to(outside / "precious")
    for name in ("file", "link", "nothing", "nothing/below"):
        tree.unlink(f"{root.path}/{name}")
    assert names(root.path) == []
    assert (outside / "precious").exists()


def test_a_directory_is_not_removed(tree: Tree, root: Root) -> None:
    (root.path / "directory").mkdir()
    with pytest.raises(OSError, match=r"Is a directory|not permitted"):
        tree.unlink(f"{root.path}/directory")


def test_a_lock_file_is_not_reached_through_a_link(tree: Tree, root: Root, outside: Path) -> None:
    os.close(tree.open_lock(f"{root.path}/lock"))
    assert mode(root.path / "lock") == 0o600
    (root.path / "link").symlink_to(outside / "precious")
    with pytest.raises(OSError, match="Too many levels"):
        tree.open_lock(f"{root.path}/link")
