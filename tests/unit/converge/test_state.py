import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from glctl.converge.state import APPLIED_DIR, LOCK, Applied, between_runs, holder, locked
from glctl.converge.tree import ObstacleError, Tree
from glctl.errors import GlctlError
from glctl.paths import STATE_DIR, Root

HOLD = """if True:
    import pathlib, sys
    from glctl.converge.state import locked
    from glctl.converge.tree import Tree
    from glctl.paths import Root
    with locked(Tree(Root(pathlib.Path(sys.argv[1])))):
        print(flush=True)
        sys.stdin.read()
"""


def test_records_are_kept_for_each_service(tree: Tree, root: Root) -> None:
    applied = Applied(tree)
    assert applied.digests("registry") == {}
    applied.record("registry", {"restart": "1"})
    applied.record("registry/log", {"reload": "2"})
    assert applied.digests("registry") == {"restart": "1"}
    assert applied.digests("registry/log") == {"reload": "2"}
    assert oct(root.at(f"{APPLIED_DIR}/registry").stat().st_mode)[-3:] == "600"
    applied.forget("registry")
    applied.forget("registry")
    assert applied.digests("registry") == {}
    assert applied.digests("registry/log") == {"reload": "2"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'"text"'])
def test_a_damaged_record_is_none(tree: Tree, root: Root, content: bytes) -> None:
    tree.write(root.relocate(f"{APPLIED_DIR}/registry"), content, 0o600)
    assert Applied(tree).digests("registry") == {}


def test_the_lock_holds_its_owners_pid_while_it_is_held(tree: Tree, root: Root) -> None:
    with locked(tree):
        assert root.at(LOCK).read_text() == f"{os.getpid()}\n"
        modes = [oct(root.at(path).stat().st_mode)[-3:] for path in (STATE_DIR, APPLIED_DIR, LOCK)]
        assert modes == ["700", "700", "600"]
    assert root.at(LOCK).read_text() == ""
    with locked(tree):
        pass


def test_who_holds_the_lock(tree: Tree, root: Root) -> None:
    assert holder(tree) is None
    with locked(tree):
        assert holder(tree) == os.getpid()
    assert holder(tree) is None
    root.at(LOCK).write_text(f"{os.getpid()}\n")  # as a killed run leaves it
    assert holder(tree) is None


def test_a_failure_lets_go_of_the_lock(tree: Tree, root: Root) -> None:
    with contextlib.suppress(KeyboardInterrupt), locked(tree):
        raise KeyboardInterrupt
    assert root.at(LOCK).read_text() == ""
    with locked(tree):
        pass


def test_a_second_run_is_told_whose_pid_it_is_and_a_killed_one_holds_nobody_up(
    tree: Tree, root: Root
) -> None:
    command = [sys.executable, "-c", HOLD, str(root.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline()
        with pytest.raises(GlctlError) as refused, locked(tree):
            pass
        other.kill()
    assert refused.value.message == f"Another glctl is changing this host (pid {other.pid})."
    assert root.at(LOCK).read_text() == f"{other.pid}\n"
    with locked(tree):
        assert root.at(LOCK).read_text() == f"{os.getpid()}\n"


def test_another_run_is_waited_for_as_long_as_is_asked(tree: Tree, root: Root) -> None:
    command = [sys.executable, "-c", HOLD, str(root.path)]
    told: list[str] = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline()
        with pytest.raises(GlctlError, match="Another glctl") as refused, locked(tree, 0.01, told.append):
            pass
        assert refused.value.hint.startswith("It has not ended within 0.01 s.")
        threading.Timer(0.1, other.kill).start()
        with locked(tree, 60, told.append) as held:
            assert held.waited
    assert told == [f"Another glctl is changing this host (pid {other.pid}). Waiting for it."] * 2
    with locked(tree, 60, told.append) as held:
        assert not held.waited
    assert len(told) == 2


def test_what_only_tells_services_something_waits_for_a_run_as_well(tree: Tree, root: Root) -> None:
    told: list[str] = []
    with between_runs(tree, 0, told.append):
        assert not root.at(STATE_DIR).exists()
    with (
        locked(tree),
        pytest.raises(GlctlError, match=f"pid {os.getpid()}"),
        between_runs(tree, 0, told.append),
    ):
        pass
    with between_runs(tree, 0, told.append):
        assert root.at(LOCK).read_text() == f"{os.getpid()}\n"
        with pytest.raises(GlctlError, match="Another glctl"), locked(tree):
            pass
    assert (told, root.at(LOCK).read_text()) == ([], "")


def test_the_directory_becomes_ours_alone_again(tree: Tree, root: Root) -> None:
    root.at(STATE_DIR).mkdir(parents=True, mode=0o755)
    with locked(tree):
        assert oct(root.at(STATE_DIR).stat().st_mode)[-3:] == "700"


def test_a_state_directory_elsewhere_is_refused(tree: Tree, root: Root, tmp_path: Path) -> None:
    root.at(STATE_DIR).parent.mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    root.at(STATE_DIR).symlink_to(tmp_path / "outside")
    with pytest.raises(ObstacleError, match="is no directory, but glctl's own belongs there"), locked(tree):
        pass
    assert list((tmp_path / "outside").iterdir()) == []
