import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from glctl.converge import prepare as preparing
from glctl.converge.apply import apply
from glctl.converge.desired import Configuration
from glctl.converge.prepare import Due, prepare
from glctl.converge.read_only import INTERRUPTED as INTERRUPTED_COLLECTION
from glctl.converge.read_only import READ_ONLY, variable_in
from glctl.converge.state import Applied
from glctl.converge.tree import Tree
from glctl.errors import GlctlError
from glctl.paths import SV_DIR, Root
from glctl.services import supervisor
from glctl.settings.platform import OMNIBUS

Configure = Callable[..., Configuration]
INTERRUPTED = "an earlier run changed its files and ended before it was seen up"


class Host:
    """A root that has been converged, with services as a runsv leaves them. No process is started."""

    def __init__(self, configure: Configure, tree: Tree) -> None:
        self.configure = configure
        self.tree = tree
        self.pipes: list[int] = []
        self.applied = Applied(tree)

    def converge(self, *lines: str) -> None:
        """Write the files, and the records of services that run on them."""
        configuration = self.configure(*lines)
        prepared = prepare(configuration)
        apply(prepared.plan.changes, prepared.resources, self.tree, configuration.host)
        for name, digests in prepared.plan.digests.items():
            self.applied.record(name, digests)

    def supervise(self, service: str, *, up: bool = True, want: bytes = b"u") -> None:
        """Make it look as if runsv ran this process as *service*, or had it down."""
        directory = self.tree.root.at(SV_DIR) / service / "supervise"
        directory.mkdir(exist_ok=True)
        if not (directory / "ok").exists():
            os.mkfifo(directory / "ok")
            self.pipes.append(os.open(directory / "ok", os.O_RDONLY | os.O_NONBLOCK))
        stamp = (2**62 + 10 + int(time.time()) - 100).to_bytes(8, "big") + bytes(4)
        pid = os.getpid() if up else 0
        (directory / "status").write_bytes(
            stamp + pid.to_bytes(4, "little") + b"\0" + want + b"\0" + bytes([up])
        )

    def due(self, *lines: str) -> list[Due]:
        return list(prepare(self.configure(*lines)).due)


@pytest.fixture
def host(configure: Configure, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """All is well: both services run, on the files of a plain gitlab.rb."""
    made = Host(configure, tree)
    monkeypatch.setattr(supervisor, "find", lambda _root: object())
    made.converge()
    made.supervise("registry")
    made.supervise("nginx")
    yield made
    for pipe in made.pipes:
        os.close(pipe)


def test_nothing_to_do(host: Host) -> None:
    prepared = prepare(host.configure())
    assert (prepared.changed, prepared.plan.changes, prepared.due) == (False, (), ())


def test_a_fresh_root(configure: Configure) -> None:
    prepared = prepare(configure())
    assert prepared.changed
    assert {change.action for change in prepared.plan.changes} == {"create"}
    assert prepared.due == (Due("registry", "start"), Due("nginx", "start"))
    assert prepared.stopped == ()


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("registry['log_level'] = 'warn'", [Due("registry", "restart")]),
        ("registry['env'] = { 'A' => 'b' }", [Due("registry", "restart")]),
        ("registry['nginx']['hsts_max_age'] = 5", [Due("nginx", "reload")]),
        ("nginx['worker_processes'] = 3", [Due("nginx", "reload")]),
        ("high_availability['mountpoint'] = '/'", [Due("nginx", "restart")]),
        ("registry['svlogd_num'] = 5", [Due("registry", "reload log")]),
        (
            "registry['log_formatter'] = 'json'",
            [Due("registry", "restart"), Due("registry", "restart log")],
        ),
        (
            "registry['enable'] = false",
            [
                Due("registry", "stop", because="gitlab.rb does not enable it"),
                Due("nginx", "stop", because="gitlab.rb does not enable it"),
            ],
        ),
        ("nginx['enable'] = false", [Due("nginx", "stop", because="gitlab.rb does not enable it")]),
    ],
)
def test_what_a_change_of_gitlab_rb_calls_for(host: Host, line: str, due: list[Due]) -> None:
    assert host.due(line) == due


@pytest.mark.parametrize(
    ("forgotten", "due"),
    [
        ("registry", Due("registry", "restart", because=INTERRUPTED)),
        ("nginx", Due("nginx", "restart", because=INTERRUPTED)),
        ("registry/log", Due("registry", "restart log", because=INTERRUPTED)),
    ],
)
def test_what_an_interrupted_run_still_owes(host: Host, forgotten: str, due: Due) -> None:
    host.applied.forget(forgotten)
    prepared = prepare(host.configure())
    assert (prepared.changed, prepared.plan.changes, prepared.due) == (True, (), (due,))


def test_a_run_on_other_files_that_went_back_is_owed_a_restart(host: Host) -> None:
    """The process may have been started on the others meanwhile."""
    host.applied.record("registry", {"restart": "digest of the others"})
    assert host.due() == [Due("registry", "restart", because=INTERRUPTED)]


def test_a_reload_that_is_owed_stays_a_reload(host: Host) -> None:
    recorded = host.applied.digests("nginx")
    host.applied.record("nginx", {**recorded, "reload": "another"})
    assert host.due() == [Due("nginx", "reload", because=INTERRUPTED)]


def test_what_somebody_edited_is_owed_a_restart_though_the_record_fits(host: Host, root: Root) -> None:
    root.at("/var/opt/gitlab/registry/config.yml").write_text("version: 0.1\n")
    assert host.due() == [Due("registry", "restart")]


def test_mode_and_owner_concern_no_service(host: Host, root: Root) -> None:
    root.at("/var/opt/gitlab/registry/config.yml").chmod(0o777)
    prepared = prepare(host.configure())
    assert [change.aspects for change in prepared.plan.changes] == [("mode",)]
    assert prepared.due == ()


def test_a_service_that_is_down_and_should_not_be(host: Host) -> None:
    host.supervise("nginx", up=False)
    assert host.due() == [Due("nginx", "restart", because="it is down")]


def test_a_service_that_an_administrator_stopped(host: Host) -> None:
    host.supervise("registry", up=False, want=b"d")
    prepared = prepare(host.configure())
    assert (prepared.changed, prepared.due, prepared.stopped) == (False, (), ("registry",))
    prepared = prepare(host.configure("registry['log_level'] = 'warn'"))
    assert (prepared.changed, prepared.due) == (True, (Due("registry", "restart", stopped=True),))


def test_a_stopped_service_with_nothing_but_an_old_debt_changes_nothing(host: Host) -> None:
    host.supervise("registry", up=False, want=b"d")
    host.applied.forget("registry")
    assert not prepare(host.configure()).changed


def test_a_registry_that_a_garbage_collection_has_left_read_only(host: Host, root: Root) -> None:
    variable = variable_in(root.relocate("/opt/gitlab/etc/registry/env"))
    Path(variable).parent.mkdir(parents=True, exist_ok=True)
    Path(variable).write_bytes(READ_ONLY)
    host.applied.forget("registry")
    assert host.due() == [Due("registry", "restart", because=INTERRUPTED_COLLECTION)]


def test_what_another_run_is_at_work_on(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "holder", lambda _tree: 4711)
    assert host.due() == []
    host.applied.forget("registry")
    assert host.due() == [Due("registry", "restart", because="glctl is at work on it (pid 4711)")]


def test_a_service_that_nothing_runs(host: Host) -> None:
    os.close(host.pipes.pop())
    assert host.due() == [Due("nginx", "start", because="nothing runs it")]


def test_services_without_their_supervisor(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "find", lambda _root: None)
    because = "its supervisor, runsvdir, does not run"
    assert host.due() == [Due("registry", "start", because=because), Due("nginx", "start", because=because)]
    host.applied.forget("registry")
    assert host.due()[0] == Due("registry", "restart", because=INTERRUPTED)


def test_a_disabled_service_that_still_ends_is_waited_for(host: Host, root: Root) -> None:
    root.at("/opt/gitlab/service/nginx").unlink()
    assert [d.action for d in host.due("nginx['enable'] = false")] == ["stop"]


@pytest.mark.parametrize(
    ("state", "due"),
    [
        ({"up": True}, []),
        ({"up": False}, [Due("registry", "restart log", because="it is down")]),
        ({"up": False, "want": b"d"}, []),
    ],
    ids=["up", "down", "stopped"],
)
def test_a_log_service_that_is_down_stops_its_service_before_long(
    host: Host, state: dict[str, Any], due: list[Due]
) -> None:
    host.supervise("registry/log", **state)
    assert host.due() == due


def test_on_an_omnibus_host_only_changes_count(host: Host) -> None:
    configuration = host.configure("registry['log_level'] = 'warn'")
    omnibus = replace(configuration, host=replace(configuration.host, platform=OMNIBUS))
    host.applied.forget("nginx")
    due = prepare(omnibus).due
    assert Due("registry", "restart") in due
    assert {d.action for d in due} == {"restart"}
    assert not any(d.because for d in due)


# --- what is in the way


def test_obstacles_are_collected_each_once(configure: Configure, root: Root, tmp_path: Path) -> None:
    root.at("/var").symlink_to(tmp_path)
    root.at("/opt").write_text("")
    obstacles = prepare(configure()).plan.obstacles
    assert len(obstacles) > 2
    said = {what for what, _ in obstacles}
    assert any(what.startswith(f"{root.path}/opt is no directory") for what in said)
    assert f"{root.path}/var is a symbolic link that leads out of {root.path}, to {tmp_path}." in said


IMAGES = "/var/opt/gitlab/gitlab-rails/shared/registry"


def test_a_directory_that_an_administrator_has_moved_and_linked_is_converged_where_it_is(
    host: Host, root: Root
) -> None:
    moved = root.path / "data"
    root.at(IMAGES).rename(moved)
    root.at(IMAGES).symlink_to(moved)
    assert not prepare(host.configure()).changed
    moved.chmod(0o700)
    (change,) = prepare(host.configure()).plan.changes
    assert (change.path, change.aspects) == (str(moved), ("mode",))
    host.converge()
    assert root.at(IMAGES).is_symlink()
    assert not prepare(host.configure()).changed


def test_a_link_to_a_directory_that_is_not_mounted(host: Host, root: Root) -> None:
    root.at(IMAGES).rmdir()
    root.at(IMAGES).symlink_to(root.path / "data")
    (obstacle,) = prepare(host.configure()).plan.obstacles
    assert obstacle[0] == f"{root.at(IMAGES)} is a symbolic link to {root.path}/data, which is not there."


def test_a_link_to_a_file_is_in_the_way_of_a_directory(host: Host, root: Root) -> None:
    root.at(IMAGES).rmdir()
    (root.path / "data").write_text("")
    root.at(IMAGES).symlink_to(root.path / "data")
    (obstacle,) = prepare(host.configure()).plan.obstacles
    assert obstacle[0] == f"{root.at(IMAGES)} is a symbolic link, but a directory belongs there."


def test_an_obstacle_is_something_to_do(host: Host, root: Root) -> None:
    root.at("/opt/gitlab/service/nginx").unlink()
    root.at("/opt/gitlab/service/nginx").mkdir()
    assert prepare(host.configure()).changed


def test_what_may_not_be_read_is_named(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError(13, "Permission denied", "/shut")

    monkeypatch.setattr(preparing, "observe", refuse)
    with pytest.raises(GlctlError, match="This user may not read /shut"):
        prepare(host.configure())


def test_leftovers_are_looked_for_wherever_glctl_writes(host: Host, root: Root) -> None:
    places = ["/etc/gitlab", "/opt/gitlab/service", "/var/opt/gitlab/glctl/applied", "/var/opt/gitlab/glctl"]
    for place in places:
        (root.at(place) / "x.glctl-new").touch()
    root.at("/var/opt/gitlab/registry/own.file").touch()
    changes = prepare(host.configure()).plan.changes
    assert [(c.action, c.path) for c in changes] == [
        ("delete", f"{root.relocate(place)}/x.glctl-new") for place in places
    ]
