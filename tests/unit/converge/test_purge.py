from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from glctl.converge import purge as purging
from glctl.converge.generations import Generations
from glctl.converge.prepare import prepare
from glctl.converge.purge import purge
from glctl.render.resources import Account, Directory, File, Symlink

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.converge.desired import Configuration
    from glctl.converge.tree import Tree
    from glctl.paths import Root

IMAGES = "/var/opt/gitlab/gitlab-rails/shared/registry"


@pytest.fixture
def made(configure: Callable[..., Configuration], tree: Tree, root: Root) -> None:
    """All that a run would make, kept as a generation; and what services leave beside it."""
    configuration = configure()
    resources = prepare(configuration).resources
    for resource in resources:
        if isinstance(resource, Directory):
            tree.mkdir(resource.path, 0o755)
        elif isinstance(resource, File):
            tree.write(resource.path, resource.content, resource.mode)
        elif isinstance(resource, Symlink):
            tree.symlink(resource.path, resource.target)
        else:
            assert not isinstance(resource, Account) or not configuration.host.makes_accounts
    Generations(tree).keep(configuration, resources)
    for path in (
        "/var/opt/gitlab/nginx/client_body_temp/1",
        "/opt/gitlab/sv/registry/supervise/status",
        f"{IMAGES}/docker/registry/v2/x",
        "/var/log/gitlab/registry/current",
        "/var/log/gitlab/registry/@400000006b05ffcc21b81674.s",
        "/var/log/gitlab/nginx/error.log.2.gz",
    ):
        tree.write(root.relocate(path), b"", 0o644)


def left(root: Root) -> list[str]:
    return sorted(f"/{path.relative_to(root.path)}" for path in root.path.rglob("*") if not path.is_dir())


@pytest.mark.usefixtures("made")
def test_data_stay_and_are_named(tree: Tree, root: Root) -> None:
    done = purge(tree, data=False)
    assert done.removed > 20
    assert left(root) == [
        "/etc/gitlab/gitlab-secrets.json",
        "/etc/gitlab/gitlab.rb",
        "/var/log/gitlab/nginx/error.log.2.gz",
        "/var/log/gitlab/registry/@400000006b05ffcc21b81674.s",
        "/var/log/gitlab/registry/current",
        f"{IMAGES}/docker/registry/v2/x",
    ]
    expected = [
        "/etc/gitlab/gitlab-secrets.json",
        "/var/log/gitlab/nginx",
        "/var/log/gitlab/registry",
        IMAGES,
    ]
    assert list(done.left) == sorted(map(root.relocate, expected))


@pytest.mark.usefixtures("made")
def test_data_behind_an_administrators_link_are_named_and_go_when_asked(tree: Tree, root: Root) -> None:
    moved = root.path / "data"
    root.at(IMAGES).rename(moved)
    root.at(IMAGES).symlink_to(moved)
    done = purge(tree, data=False)
    assert (root.relocate(IMAGES) in done.left, done.known) == (True, True)
    assert not purge(tree, data=True).known
    assert (moved / "docker").is_dir()


@pytest.mark.usefixtures("made")
def test_with_data_nothing_stays_but_what_is_not_ours(tree: Tree, root: Root) -> None:
    foreign = [f"{IMAGES}/README", "/var/log/gitlab/nginx/notes.txt", "/opt/gitlab/own"]
    for path in foreign:
        tree.write(root.relocate(path), b"", 0o644)
    done = purge(tree, data=True)
    assert left(root) == sorted(["/etc/gitlab/gitlab.rb", *foreign])
    assert list(done.left) == sorted(map(root.relocate, ["/var/log/gitlab/nginx", IMAGES]))
    assert purge(tree, data=True) == purging.Purged(0, (), known=False)
