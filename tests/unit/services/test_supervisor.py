import os
import subprocess
import time
from pathlib import Path

import pytest

from glctl.errors import GlctlError
from glctl.paths import SERVICE_DIR, Root
from glctl.services import supervisor
from glctl.services.catalog import REGISTRY
from glctl.services.processes import Process, command_line, read
from glctl.settings.platform import Program


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / SERVICE_DIR.removeprefix("/")).mkdir(parents=True)
    return Root(tmp_path)


def this_process() -> Process:
    process = read(os.getpid())
    assert process
    return process


@pytest.mark.parametrize("record", [None, "", "text", "1", "1 2 3", "0 0", "-1 0", "99999999 1", "\xe9"])
def test_without_a_true_record_and_a_runsvdir_there_is_no_supervisor(root: Root, record: str | None) -> None:
    if record is not None:
        path = root.at(supervisor.RECORD)
        path.parent.mkdir(parents=True)
        path.write_text(record, encoding="latin-1")
    assert supervisor.find(root) is None


def test_the_record_of_another_program_is_not_believed(root: Root) -> None:
    process = this_process()
    path = root.at(supervisor.RECORD)
    path.parent.mkdir(parents=True)
    path.write_text(f"{process.pid} {process.started}\n")
    assert supervisor.find(root) is None


@pytest.mark.parametrize(
    ("arguments", "ours"),
    [
        (["-P", "{service}", "log: ...."], True),
        (["{service}/"], True),
        (["-P", "opt/gitlab/service"], True),
        (["-P", "{link}"], True),
        (["-P", "{service}2"], False),
        (["-P", "/"], False),
        ([], False),
        (["-P"], False),
    ],
)
def test_a_supervisor_is_known_by_the_directory_it_was_given(
    root: Root, tmp_path: Path, arguments: list[str], ours: bool
) -> None:
    service = root.at(SERVICE_DIR)
    (tmp_path / "link").symlink_to(service)
    # A program of that name that does nothing but wait.
    (tmp_path / "runsvdir").symlink_to("/bin/sh")
    given = [argument.format(service=service, link=tmp_path / "link") for argument in arguments]
    command = [tmp_path / "runsvdir", "-s", "--", *given]
    with subprocess.Popen(command, cwd=tmp_path, stdin=subprocess.PIPE) as child:
        # Popen returns in the midst of exec: the name is there before the arguments.
        deadline = time.monotonic() + 10
        while not command_line(child.pid) and time.monotonic() < deadline:
            time.sleep(0.001)
        process = read(child.pid)
        assert process
        assert process.name == "runsvdir"
        assert supervisor.supervises(process, root) is ours
        assert (supervisor.find(root) == supervisor.Supervisor(process)) is ours


def test_nothing_is_started_where_nothing_is_configured(tmp_path: Path) -> None:
    with pytest.raises(GlctlError, match="No service is enabled"):
        supervisor.ensure(Root(tmp_path), Program("/usr/bin/runsvdir", "runit"))
    assert not list(tmp_path.iterdir())


def test_a_missing_runsvdir_is_named_with_its_package(root: Root) -> None:
    with pytest.raises(GlctlError, match="/no/runsvdir is not installed") as caught:
        supervisor.ensure(root, Program("/no/runsvdir", "runit"))
    assert caught.value.hint == "Run: apt-get install runit"
    assert supervisor.find(root) is None


@pytest.mark.parametrize(
    ("owner", "user", "whose"), [(1, 0, "daemon"), (54321, 0, "54321"), (0, 0, ""), (1, 1, "")]
)
def test_root_leaves_the_services_of_another_user_alone(
    root: Root, monkeypatch: pytest.MonkeyPatch, owner: int, user: int, whose: str
) -> None:
    assert supervisor.owner_problem(root) is None  # nothing is there yet
    root.at(supervisor.STATE_DIR).mkdir(parents=True)
    there = os.stat_result([0o40700, 0, 0, 0, owner, 0, 0, 0, 0, 0])
    monkeypatch.setattr(Path, "stat", lambda _path: there)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    problem = supervisor.owner_problem(root)
    assert (problem or ("", ""))[0].partition(" are ")[2].partition("'s")[0] == whose


def test_what_runs_is_found_where_nothing_can_be_written(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    root.at(supervisor.RECORD).mkdir(parents=True)
    running = supervisor.Supervisor(this_process())
    monkeypatch.setattr(supervisor, "find", lambda _root: running)
    assert supervisor.ensure(root, Program("/no/runsvdir", "runit")) == running


@pytest.mark.parametrize("there", ["", "1 2\n", "12345 67890 and more\n"])
def test_a_record_that_names_nobody_is_put_right(
    root: Root, monkeypatch: pytest.MonkeyPatch, there: str
) -> None:
    record = root.at(supervisor.RECORD)
    record.parent.mkdir(parents=True)
    record.write_text(there)
    process = this_process()
    monkeypatch.setattr(supervisor, "find", lambda _root: supervisor.Supervisor(process))
    supervisor.ensure(root, Program("/no/runsvdir", "runit"))
    assert record.read_text() == f"{process.pid} {process.started}\n"


def test_a_record_that_cannot_be_written_is_told(root: Root) -> None:
    root.at(supervisor.RECORD).mkdir(parents=True)
    with pytest.raises(GlctlError, match="supervisor could not be written: is a directory") as caught:
        supervisor.ensure(root, Program("/no/runsvdir", "runit"))
    assert "writable" in caught.value.hint


def test_waiting_ends_with_the_supervisor(root: Root) -> None:
    gone = Process(os.getpid(), 0, 1, "runsvdir")  # this pid, another start time
    with pytest.raises(GlctlError, match="has ended"):
        supervisor.await_services(root, supervisor.Supervisor(gone), [REGISTRY])


def test_only_a_runsvdir_that_keeps_a_log_is_told_to_look(root: Root) -> None:
    supervisor.Supervisor(this_process()).look_again()  # writes nothing to the standard error of these tests
    assert supervisor.Supervisor(this_process()).complaints == ""
