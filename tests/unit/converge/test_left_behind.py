from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from glctl.converge.apply import apply
from glctl.converge.desired import Configuration
from glctl.converge.left_behind import left_behind
from glctl.converge.prepare import prepare
from glctl.converge.tree import Tree

Configure = Callable[..., Configuration]
S3 = "registry['storage'] = { 's3' => { 'bucket' => 'images', 'region' => 'x' } }"


def repositories(place: Path, count: int) -> None:
    for number in range(count):
        (place / f"docker/registry/v2/repositories/group/{number}/_manifests").mkdir(parents=True)


def path(place: Path) -> str:
    return f"gitlab_rails['registry_path'] = '{place}'"


@pytest.fixture
def places(configure: Configure, tree: Tree, root: object, tmp_path: Path) -> tuple[Path, Path]:
    """Where images are, two repositories, and where they are to be; both below the root."""
    old, new = tmp_path / "root/old", tmp_path / "root/new"
    repositories(old, 2)
    configuration = configure(path(old))
    prepared = prepare(configuration)
    apply(prepared.plan.changes, prepared.resources, tree, configuration.host)
    return old, new


def said(configuration: Configuration) -> str:
    return " ".join(left_behind(prepare(configuration)) or ())


def test_an_empty_new_place_is_told(configure: Configure, places: tuple[Path, Path]) -> None:
    old, new = places
    text = said(configure(path(new)))
    assert f"{old} holds 2 repositories, and the registry is to look in {new}, which holds none" in text
    assert f"cp -a {old}/. {new}/" in text
    repositories(new, 1)
    assert "which holds 1:" in said(configure(path(new)))


def test_another_driver_is_told(configure: Configure, places: tuple[Path, Path]) -> None:
    assert "a storage of another kind" in said(configure(S3))


def test_what_was_copied_or_is_the_same_place_is_fine(
    configure: Configure, places: tuple[Path, Path]
) -> None:
    old, new = places
    assert said(configure(path(old), "registry['log_level'] = 'warn'")) == ""
    new.symlink_to(old)
    assert said(configure(path(new))) == ""
    new.unlink()
    repositories(new, 2)
    assert said(configure(path(new))) == ""


def test_where_nothing_was_stored_nothing_is_missed(configure: Configure, places: tuple[Path, Path]) -> None:
    prepared = prepare(configure(path(places[1])))
    assert left_behind(replace(prepared, plan=replace(prepared.plan, changes=()))) is None
    for repository in sorted(places[0].rglob("*"), reverse=True):
        repository.rmdir()
    assert left_behind(prepared) is None


def test_of_very_many_not_all_are_counted(
    configure: Configure, places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glctl.converge.left_behind.MANY", 2)
    assert "holds 2 or more, and" in said(configure(path(places[1])))
