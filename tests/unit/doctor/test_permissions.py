"""Modes decide by numbers, so that these tests need neither root nor other accounts: one of them is ours."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from glctl.doctor.permissions import Obstacle, find_obstacle, first_not_writable, remedy
from glctl.services.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER = Account("owner", os.geteuid() or 1, (os.getegid(),))
STRANGER = Account("stranger", 54321, (54321,))


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account may enter; pytest's own are nobody else's."""
    with tempfile.TemporaryDirectory() as path:
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.fixture
def tree(folder: Path) -> Path:
    """Images as a registry keeps them, which everybody may enter and only their owner may write."""
    top = folder / "images"
    for place in ("blobs/sha256/ab", "repositories/group/project"):
        (top / place).mkdir(parents=True)
    for path in (top, *top.rglob("*")):
        path.chmod(0o755)
        os.chown(path, OWNER.uid or 0, -1)
    return top


def test_no_obstacle_where_the_mode_allows_it(tree: Path) -> None:
    assert find_obstacle(tree / "blobs", tree, OWNER) is None
    assert first_not_writable(tree, OWNER) is None


def test_a_tree_of_somebody_else_is_given_back_as_a_whole(tree: Path) -> None:
    obstacle = find_obstacle(tree / "blobs/sha256", tree, STRANGER)
    assert obstacle
    assert (obstacle.path, obstacle.deep, obstacle.through) == (tree, True, False)
    assert remedy(obstacle, STRANGER) == f"chown -R stranger {tree}"


@pytest.mark.parametrize(
    ("place", "mode"), [("repositories/group/project", 0o555), ("repositories", 0o555), ("blobs", 0o000)]
)
def test_only_the_mode_of_one_directory_is_wrong(tree: Path, place: str, mode: int) -> None:
    path = tree / place
    path.chmod(mode)
    assert first_not_writable(tree, OWNER) == path
    obstacle = find_obstacle(path, tree, OWNER)
    assert obstacle
    assert remedy(obstacle, OWNER) == f"chmod u+rwX {path}"
    assert f"{path} has mode {mode:04o} and belongs to " in str(obstacle)
    path.chmod(0o755)  # for whoever clears up


def test_the_modes_below_are_wrong_too(tree: Path) -> None:
    (tree / "repositories/group").chmod(0o555)
    (tree / "repositories").chmod(0o555)
    obstacle = find_obstacle(tree / "repositories", tree, OWNER)
    assert obstacle
    assert remedy(obstacle, OWNER) == f"chmod -R u+rwX {tree}/repositories"


def test_a_directory_above_the_images_need_only_be_entered(tree: Path) -> None:
    tree.parent.chmod(0o700)
    obstacle = find_obstacle(tree / "blobs", tree, STRANGER)
    assert obstacle
    assert (obstacle.path, obstacle.through) == (tree.parent, True)
    assert remedy(obstacle, STRANGER) == f"chmod o+x {tree.parent}"


@pytest.mark.parametrize(
    ("account", "who"),
    [
        (Account("a", 7, (9,)), "u"),
        (Account("a", 8, (9,)), "g"),
        (Account("a", 8, (10,)), "o"),
    ],
)
def test_who_is_let_through(account: Account, who: str) -> None:
    info = os.stat_result((0o040600, 0, 0, 1, 7, 9, 0, 0, 0, 0))
    assert remedy(Obstacle(Path("/a b"), info, through=True), account) == f"chmod {who}+x '/a b'"


def test_owner_and_mode_are_wrong() -> None:
    info = os.stat_result((0o040500, 0, 0, 1, 0, 0, 0, 0, 0, 0))
    assert remedy(Obstacle(Path("/i"), info), STRANGER) == "chown stranger /i && chmod u+rwX /i"


def test_owners_without_a_name_are_numbers() -> None:
    class Unnamed(type(Path())):  # type: ignore[misc]  # pathlib chooses the class
        def owner(self) -> str:
            raise KeyError

        group = owner

    info = os.stat_result((0o040750, 0, 0, 1, 54321, 54322, 0, 0, 0, 0))
    assert str(Obstacle(Unnamed("/i"), info)) == "/i has mode 0750 and belongs to 54321:54322"


def test_no_more_than_a_sample_is_looked_at(tree: Path) -> None:
    for number in range(205):
        (tree / f"{number:03}").mkdir()
        os.chown(tree / f"{number:03}", OWNER.uid or 0, -1)
    (tree / "204").chmod(0o555)
    assert first_not_writable(tree, OWNER) is None
    (tree / "100").chmod(0o555)
    assert first_not_writable(tree, OWNER) == tree / "100"


def test_links_are_not_followed(tree: Path, folder: Path) -> None:
    (folder / "elsewhere").mkdir(mode=0o555)
    (tree / "link").symlink_to(folder / "elsewhere")
    assert first_not_writable(tree, OWNER) is None
