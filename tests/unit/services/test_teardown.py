import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from glctl.paths import SERVICE_DIR, SV_DIR, Root
from glctl.services import teardown
from glctl.services.processes import Process, read
from glctl.services.supervisor import MARKER
from glctl.services.teardown import Ended


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / SV_DIR.removeprefix("/") / "registry/log").mkdir(parents=True)
    (tmp_path / SERVICE_DIR.removeprefix("/")).mkdir()
    return Root(tmp_path)


@contextmanager
def running(
    name: str, directory: Path, *, cwd: Path, marker: str = "", script: str = ""
) -> Iterator[Process]:
    """A shell that is called *name* and waits."""
    program = directory / name
    program.symlink_to("/bin/sh")
    command = [program, "-c", f"{script}\necho ready; read wait"]
    environment = {"PATH": os.environ["PATH"], **({MARKER: marker} if marker else {})}
    with subprocess.Popen(
        command, cwd=cwd, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout
        child.stdout.readline()
        process = read(child.pid)
        assert process
        yield process
        child.kill()


def test_there_is_nothing_to_end_where_nothing_runs(root: Root) -> None:
    assert teardown.members(root) == ()
    assert teardown.down(root) == ()
    assert teardown.down(Root(root.path / "nowhere")) == ()


@pytest.mark.parametrize(
    ("name", "cwd", "marker", "ours"),
    [
        ("anything", "/", "{service}", True),
        ("anything", "/", "{service}2", False),
        ("runsv", "{sv}/registry", "", True),
        ("svlogd", "{sv}/registry/log", "", True),
        ("svlogd", "/", "", False),
        ("vi", "{sv}/registry", "", False),
        ("docker-registry", "{sv}/registry", "", False),
    ],
)
def test_who_belongs_to_a_root(
    root: Root, tmp_path: Path, name: str, cwd: str, marker: str, ours: bool
) -> None:
    places = {"service": root.at(SERVICE_DIR), "sv": root.at(SV_DIR)}
    with running(name, tmp_path, cwd=Path(cwd.format(**places)), marker=marker.format(**places)) as process:
        assert (process in teardown.members(root)) is ours


def test_children_belong_to_a_root_with_their_parent(root: Root, tmp_path: Path) -> None:
    cwd = root.at(SV_DIR) / "registry"
    with running("runsv", tmp_path, cwd=cwd, script="(cd /; exec sleep 1000) &") as process:
        child, *others = (member for member in teardown.members(root) if member != process)
        assert (child.parent, others) == (process.pid, [])
        child.send(signal.SIGKILL)


def test_what_writes_to_a_log_service_belongs_to_its_root(root: Root, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    (tmp_path / "svlogd").symlink_to("/bin/sh")
    log = subprocess.Popen([tmp_path / "svlogd", "-s"], stdin=reading, cwd=root.at(SV_DIR) / "registry/log")
    writer = subprocess.Popen(["sleep", "1000"], stdout=writing, cwd="/")
    other = subprocess.Popen(["sleep", "1000"], stdout=subprocess.PIPE, cwd="/")
    try:
        assert {member.pid for member in teardown.members(root)} - {os.getpid()} == {log.pid, writer.pid}
    finally:
        for child in (writer, other, log):
            child.kill()
            child.communicate()
        os.close(reading)
        os.close(writing)


@pytest.mark.parametrize(("age", "ours"), [(0.0, True), (60.0, False), (-60.0, False)])
def test_a_pid_that_runsv_noted_counts_only_with_its_start(
    root: Root, tmp_path: Path, age: float, ours: bool
) -> None:
    """A pid is handed out again: to a stranger, whom nobody may end for it."""
    with running("nginx", tmp_path, cwd=Path("/")) as process:
        directory = root.at(SV_DIR) / "registry"
        (directory / "run").touch()
        (directory / "supervise").mkdir()
        noted = process.began - age
        stamp = (2**62 + 10 + int(noted)).to_bytes(8, "big") + int(noted % 1 * 1e9).to_bytes(4, "big")
        status = stamp + process.pid.to_bytes(4, "little") + b"\0u\0\1"
        (directory / "supervise/status").write_bytes(status)
        assert (process in teardown.members(root)) is ours


def test_down_asks_first(root: Root, tmp_path: Path) -> None:
    with (
        running("polite", tmp_path, cwd=Path("/"), marker=str(root.at(SERVICE_DIR))) as polite,
        running("stranger", tmp_path, cwd=Path("/")) as stranger,
    ):
        assert teardown.down(root) == (Ended(polite, killed=False),)
        assert stranger.is_alive()


def test_down_kills_what_does_not_end_when_asked(root: Root, tmp_path: Path) -> None:
    with running(
        "stubborn", tmp_path, cwd=Path("/"), marker=str(root.at(SERVICE_DIR)), script="trap '' TERM"
    ) as stubborn:
        assert teardown.down(root, grace=0.1) == (Ended(stubborn, killed=True),)
