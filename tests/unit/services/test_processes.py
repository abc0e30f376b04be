import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from glctl.services.processes import (
    Process,
    command_line,
    environment,
    everyone,
    is_contained,
    link,
    read,
    with_descendants,
)


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "1000"], env={"A": "b", "C": ""}, cwd=tmp_path) as child:
        # Popen returns in the midst of exec: the environment is there last.
        deadline = time.monotonic() + 10
        while not environment(child.pid) and time.monotonic() < deadline:
            time.sleep(0.001)
        yield child
        child.kill()


def identified(child: subprocess.Popen[bytes]) -> Process:
    process = read(child.pid)
    assert process
    return process


def test_a_process_and_what_it_was_started_with(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    process = identified(sleeper)
    assert (process.pid, process.parent, process.name) == (sleeper.pid, os.getpid(), "sleep")
    assert process.is_alive()
    assert command_line(process.pid) == ("sleep", "1000")
    assert environment(process.pid) == ("A=b", "C=")
    assert link(process.pid, "cwd") == tmp_path
    assert not is_contained(process.pid)
    assert process in set(everyone())


def test_it_began_when_it_was_started(sleeper: subprocess.Popen[bytes]) -> None:
    born = Path(f"/proc/{sleeper.pid}").stat().st_mtime
    assert identified(sleeper).began == pytest.approx(born, abs=1.0)


def test_a_name_may_hold_spaces_and_parentheses(tmp_path: Path) -> None:
    program = tmp_path / "a) R 1 (b"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([program, "1000"]) as child:
        process = identified(child)
        child.kill()
    assert (process.name, process.parent) == ("a) R 1 (b", os.getpid())


def test_a_signal_goes_to_this_very_process(sleeper: subprocess.Popen[bytes]) -> None:
    process = identified(sleeper)
    recycled = replace(process, started=process.started - 1)  # the same pid, another process
    assert not recycled.is_alive()
    assert not recycled.send(signal.SIGKILL)
    assert sleeper.poll() is None
    assert process.send(signal.SIGKILL)
    assert sleeper.wait(timeout=10) == -signal.SIGKILL
    assert not process.send(signal.SIGKILL)


def test_identity_outlasts_name_and_parent(sleeper: subprocess.Popen[bytes]) -> None:
    process = identified(sleeper)
    assert replace(process, name="other", parent=1) == process
    assert replace(process, started=0) != process


def test_a_zombie_has_ended(sleeper: subprocess.Popen[bytes]) -> None:
    process = identified(sleeper)
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # ended, and not reaped
    assert Path(f"/proc/{sleeper.pid}").exists()
    assert read(sleeper.pid) is None
    assert not process.is_alive()


def test_of_a_process_that_is_gone_nothing_is_known(sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.kill()
    sleeper.wait()
    assert read(sleeper.pid) is None
    assert command_line(sleeper.pid) == environment(sleeper.pid) == ()
    assert link(sleeper.pid, "cwd") == Path()


def test_descendants() -> None:
    def process(pid: int, parent: int) -> Process:
        return Process(pid, 0, parent, "")

    tree = [process(2, 1), process(3, 2), process(4, 3), process(5, 1), process(6, 5)]
    assert with_descendants([2], tree) == {2, 3, 4}
    assert with_descendants([3, 6], reversed(tree)) == {3, 4, 6}
    assert with_descendants([], tree) == set()
