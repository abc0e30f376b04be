import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glctl.converge.apply import apply
from glctl.converge.desired import Configuration
from glctl.converge.drift import Altered, Drift, How, drift
from glctl.converge.generations import Generations
from glctl.converge.prepare import prepare
from glctl.converge.read_only import READ_ONLY, VARIABLE
from glctl.converge.state import APPLIED_DIR, GENERATIONS_DIR, Applied, locked
from glctl.converge.tree import Tree
from glctl.paths import CONFIG_FILE, Root

CONFIG_YML = "/var/opt/gitlab/registry/config.yml"


@pytest.fixture
def applied(configure: Callable[..., Configuration], tree: Tree, root: Root) -> Root:
    """A root that has been brought to a gitlab.rb which reads another file."""
    root.at("/srv").mkdir()
    root.at("/srv/level").write_text("warn")
    configuration = configure("registry['log_level'] = File.read('/srv/level')")
    prepared = prepare(configuration)
    apply(prepared.plan.changes, prepared.resources, tree, configuration.host)
    for name, digests in prepared.plan.digests.items():
        Applied(tree).record(name, digests)
    Generations(tree).keep(configuration, prepared.resources)
    return root


def look(root: Root) -> Drift | None:
    return drift(root, root.at(CONFIG_FILE))


def rewrite(path: Path, content: str = "other\n") -> None:
    """Changes a file so that only its content tells."""
    before = path.stat()
    path.write_text(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def link(path: Path) -> None:
    path.rename(path.with_name("moved"))
    path.symlink_to("moved")


def test_nothing_differs_after_a_run(applied: Root) -> None:
    assert look(applied) == Drift(1)


@pytest.mark.parametrize(
    ("path", "about"),
    [
        (CONFIG_FILE, {"source": True}),
        ("/srv/level", {"source": True}),
        (CONFIG_YML, {"services": ("registry",)}),
        ("/opt/gitlab/sv/registry/log/config", {"services": ("registry",)}),
        ("/etc/gitlab/gitlab-secrets.json", {}),
    ],
)
@pytest.mark.parametrize(
    "change",
    [rewrite, Path.unlink, lambda path: (path.unlink(), path.mkdir()), link],
    ids=["other content", "gone", "a directory", "a link"],
)
def test_a_file_that_has_changed(
    applied: Root, path: str, about: dict[str, Any], change: Callable[[Path], object]
) -> None:
    change(applied.at(path))
    found = look(applied)
    assert found
    linked = applied.at(path).is_symlink() and about.get("source")  # an administrator may link it
    how = "content" if os.path.lexists(applied.at(path)) else "missing"
    assert found.altered == (() if linked else (Altered(applied.relocate(path), **about, how=how),))
    assert found.owed == ()


def test_a_service_without_a_record_is_owed_something(applied: Root) -> None:
    applied.at(f"{APPLIED_DIR}/registry").unlink()
    applied.at(f"{APPLIED_DIR}/nginx.log").unlink()
    assert look(applied) == Drift(1, owed=("nginx/log", "registry"))


def test_a_disabled_service_is_owed_nothing(
    applied: Root, configure: Callable[..., Configuration], tree: Tree
) -> None:
    configuration = configure("nginx['enable'] = false")
    Generations(tree).keep(configuration, configuration.resources())
    Applied(tree).forget("nginx")
    found = look(applied)
    assert found
    assert found.owed == ()


def test_a_changed_mode(applied: Root) -> None:
    applied.at(CONFIG_YML).chmod(0)
    assert look(applied) == Drift(1, (Altered(applied.relocate(CONFIG_YML), ("registry",), how="mode"),))


@pytest.mark.parametrize(
    ("path", "services"),
    [("/opt/gitlab/sv/registry", ()), ("/opt/gitlab/sv/registry/run", ("registry",))],
    ids=["a directory", "a file"],
)
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files to others")
def test_a_changed_owner(applied: Root, path: str, services: tuple[str, ...]) -> None:
    os.chown(applied.at(path), 4711, -1)
    assert look(applied) == Drift(1, (Altered(applied.relocate(path), services, how="owner"),))


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda path: path.chmod(0o777), "mode"),
        (lambda path: path.rename(path.with_name("moved")), "missing"),
        (lambda path: (link(path), path.chmod(0o777)), "mode"),
        (lambda path: (link(path), path.with_name("moved").rename(path.with_name("away"))), "missing"),
        (lambda path: (path.rmdir(), path.symlink_to("/dev/null")), "content"),
    ],
    ids=["another mode", "gone", "linked, another mode", "linked, gone", "linked out of the root"],
)
def test_a_directory_that_has_changed(applied: Root, change: Callable[[Path], object], how: How) -> None:
    images = applied.at("/var/opt/gitlab/gitlab-rails/shared/registry")
    change(images)
    assert look(applied) == Drift(1, (Altered(str(images), how=how),))


def test_a_directory_that_an_administrator_has_moved_and_linked(applied: Root) -> None:
    link(applied.at("/var/opt/gitlab/gitlab-rails/shared/registry"))
    assert look(applied) == Drift(1)


def test_a_link_that_leads_elsewhere(applied: Root) -> None:
    linked = applied.at("/opt/gitlab/service/registry")
    linked.unlink()
    assert look(applied) == Drift(1, (Altered(str(linked), how="missing"),))
    linked.symlink_to("elsewhere")
    assert look(applied) == Drift(1, (Altered(str(linked), how="content"),))


def test_a_garbage_collection_that_has_not_ended(applied: Root) -> None:
    variable = applied.relocate(f"/opt/gitlab/etc/registry/env/{VARIABLE}")
    Path(variable).parent.mkdir(parents=True, exist_ok=True)
    Path(variable).write_bytes(READ_ONLY)
    assert look(applied) == Drift(1, (Altered(variable, ("registry",), how="read-only"),))


def test_a_rollback(applied: Root, configure: Callable[..., Configuration], tree: Tree) -> None:
    last = Generations(tree).last()
    assert last
    Generations(tree).keep(configure("# other"), last.resources, back_to=7)
    assert look(applied) == Drift(2, back_to=7)


def test_a_run_that_is_under_way(applied: Root, tree: Tree) -> None:
    with locked(tree):
        assert look(applied) == Drift(1, at_work=os.getpid())


def test_a_first_run_that_was_killed(applied: Root) -> None:
    applied.at(f"{GENERATIONS_DIR}/1.json").unlink()
    assert look(applied) is None  # all services have their records: nothing but its end is lacking
    applied.at(f"{APPLIED_DIR}/registry").unlink()
    assert look(applied) == Drift(0, owed=("registry",))


def test_the_last_generation_counts(
    applied: Root, configure: Callable[..., Configuration], tree: Tree
) -> None:
    last = Generations(tree).last()
    assert last
    configuration = configure("# other")
    assert look(applied) == Drift(1, (Altered(applied.relocate(CONFIG_FILE), source=True),))
    Generations(tree).keep(replace(configuration, source=configuration.source), last.resources)
    assert look(applied) == Drift(2)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff"])
def test_a_damaged_generation_tells_nothing(applied: Root, content: bytes) -> None:
    applied.at(f"{GENERATIONS_DIR}/1.json").write_bytes(content)
    assert look(applied) is None


def test_without_a_generation_nothing_is_known(root: Root) -> None:
    assert look(root) is None


def test_where_this_user_may_not_look_nothing_is_known(
    applied: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_self: Tree, path: str) -> list[str]:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(Tree, "names", refuse)
    assert look(applied) is None


def test_a_pipe_is_not_waited_for(applied: Root) -> None:
    applied.at(CONFIG_FILE).unlink()
    os.mkfifo(applied.at(CONFIG_FILE))
    assert look(applied) == Drift(1, (Altered(applied.relocate(CONFIG_FILE), source=True),))
