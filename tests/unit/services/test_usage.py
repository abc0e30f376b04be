import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from glctl.services.catalog import NGINX, REGISTRY, Service
from glctl.services.runit import State, Status
from glctl.services.usage import children, is_guarded, is_working, memory, open_files


def test_what_descends_from_a_process_counts_too() -> None:
    with subprocess.Popen(
        ["sh", "-c", "sleep 1000 & echo ready; wait"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == b"ready\n"
        (grandchild,) = children(child.pid)
        alone = int(Path(f"/proc/{child.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        assert children(grandchild) == ()
        assert (memory(child.pid) or 0) > alone > 0
        # Three each, at least: what runs these tests may hand down more.
        assert (open_files(child.pid) or 0) >= 6
        assert (open_files(child.pid) or 0) > (open_files(grandchild) or 0)
        os.kill(grandchild, 9)
        child.wait(timeout=10)
        assert memory(child.pid) is None
        assert open_files(child.pid) is None
        assert children(child.pid) == ()


@pytest.mark.parametrize(
    ("service", "pid", "state", "working"),
    [
        (REGISTRY, 1, "run", True),
        (REGISTRY, None, "down", False),
        (NGINX, os.getppid(), "run", True),
        (NGINX, None, "run", False),
    ],
)
def test_nginx_works_only_with_workers(
    service: Service, pid: int | None, state: State, working: bool
) -> None:
    assert is_working(service, Status(state, pid, normally_up=True)) == working


def test_a_service_is_guarded_by_the_parent_of_its_runsv(tmp_path: Path) -> None:
    for name in ("runsvdir", "init"):  # stand-ins: the name of their file is what counts
        shutil.copy("/bin/dash", tmp_path / name)
        script = "sh -c 'sh -c \"echo \\$\\$; sleep 1000\"; :'; :"
        with subprocess.Popen(
            [tmp_path / name, "-c", script], stdout=subprocess.PIPE, start_new_session=True
        ) as top:
            assert top.stdout
            pid = int(top.stdout.readline())
            assert is_guarded(Status("run", pid=pid)) is (name == "runsvdir")
            os.killpg(top.pid, signal.SIGKILL)


def test_what_does_not_run_is_not_guarded() -> None:
    assert not is_guarded(Status("down"))
