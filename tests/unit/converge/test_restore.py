import os
import stat
from pathlib import Path

import pytest

from glctl.converge.restore import differing, restore
from glctl.converge.tree import ABSENT, Actual, Tree
from glctl.paths import Root


@pytest.fixture
def here(root: Root) -> Path:
    """Files, a link, directories: what was there before."""
    (root.path / "file").write_text("old")
    (root.path / "file").chmod(0o640)
    (root.path / "gone").write_text("old")
    (root.path / "link").symlink_to("file")
    (root.path / "kept").mkdir(mode=0o750)
    return root.path


def snapshot(here: Path, tree: Tree, *more: str) -> dict[str, Actual]:
    return {
        str(here / name): tree.actual(str(here / name)) for name in ("file", "gone", "link", "kept", *more)
    }


def test_everything_comes_back_and_what_was_made_goes(here: Path, tree: Tree) -> None:
    before = snapshot(here, tree, "made", "made/inner", "made/inner/file", "new-link")
    (here / "file").write_text("new")
    (here / "file").chmod(0o600)
    (here / "gone").unlink()
    (here / "link").unlink()
    (here / "link").symlink_to("elsewhere")
    (here / "kept").chmod(0o700)
    (here / "made/inner").mkdir(parents=True)
    (here / "made/inner/file").touch()
    (here / "new-link").symlink_to("file")
    assert set(differing(before, tree)) >= {str(here / name) for name in ("file", "gone", "link", "kept")}
    restore(before, tree)
    assert snapshot(here, tree, "made", "made/inner", "made/inner/file", "new-link") == before
    assert differing(before, tree) == []
    restore(before, tree)


def test_a_link_that_became_a_file_is_a_link_again(here: Path, tree: Tree) -> None:
    before = snapshot(here, tree)
    (here / "link").unlink()
    (here / "link").write_text("a file")
    restore(before, tree)
    assert (here / "link").is_symlink()


def test_a_directory_with_something_in_it_stays(here: Path, tree: Tree) -> None:
    before = {str(here / "images"): ABSENT}
    (here / "images").mkdir()
    (here / "images/an-image").touch()
    restore(before, tree)
    assert (here / "images/an-image").exists()
    assert differing(before, tree) == []


def test_without_room_for_all_files_none_changes(
    here: Path, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(here, tree)
    (here / "file").write_text("new")
    (here / "gone").write_text("new")
    stage = Tree.stage

    def until_full(self: Tree, path: str, content: bytes, mode: int, owner: tuple[int, int] | None) -> None:
        if path.endswith("gone"):
            raise OSError(28, "No space left on device", path)
        stage(self, path, content, mode, owner)

    monkeypatch.setattr(Tree, "stage", until_full)
    with pytest.raises(OSError, match="No space left"):
        restore(before, tree)
    assert (here / "file").read_text() == (here / "gone").read_text() == "new"
    assert sorted(path.name for path in here.iterdir()) == ["file", "gone", "kept", "link"]


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a file to another account")
def test_owners_come_back(here: Path, tree: Tree) -> None:
    os.chown(here / "file", 65534, 65534)
    (here / "file").chmod(0o4750)
    before = snapshot(here, tree)
    os.chown(here / "file", 0, 0)
    restore(before, tree)
    info = (here / "file").stat()
    assert (info.st_uid, info.st_gid, stat.S_IMODE(info.st_mode)) == (65534, 65534, 0o4750)
