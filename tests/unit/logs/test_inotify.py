import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from glctl.logs import inotify
from glctl.logs.inotify import Watcher

SOON = 10.0  # seconds


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """So long that an event and the end of patience cannot be confused, however busy the machine is."""
    monkeypatch.setattr(inotify, "LOOK_ANYWAY", 30.0)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watcher]:
    with contextlib.closing(Watcher([tmp_path])) as watcher:
        yield watcher


def waited(watcher: Watcher, action: Callable[[], object]) -> float:
    """Seconds between *action*, in the midst of a wait, and the end of that wait."""
    begun: list[float] = []

    def act() -> None:
        begun.append(time.monotonic())
        action()

    timer = threading.Timer(0.05, act)
    timer.start()
    while not begun:  # a wait may end early, never late
        watcher.wait()
    timer.join()
    return time.monotonic() - begun[0]


def test_a_write_ends_the_wait_at_once(tmp_path: Path, watched: Watcher) -> None:
    log = tmp_path / "current"
    log.touch()
    watched.wait()
    assert waited(watched, lambda: log.write_bytes(b"x")) < SOON


def test_a_rename_ends_the_wait_at_once(tmp_path: Path, watched: Watcher) -> None:
    log = tmp_path / "current"
    log.touch()
    watched.wait()
    assert waited(watched, lambda: log.rename(tmp_path / "archive")) < SOON


def test_what_happened_before_the_wait_ends_it_too(tmp_path: Path, watched: Watcher) -> None:
    (tmp_path / "current").touch()
    begun = time.monotonic()
    watched.wait()
    assert time.monotonic() - begun < SOON


def test_a_directory_made_anew_is_watched_again(tmp_path: Path) -> None:
    directory = tmp_path / "logs"
    with contextlib.closing(Watcher([directory])) as watcher:
        for _ in range(2):
            directory.mkdir()
            begun = time.monotonic()
            watcher.wait()  # ends because the directory is new
            assert waited(watcher, (directory / "current").touch) < SOON
            assert time.monotonic() - begun < SOON
            (directory / "current").unlink()
            directory.rmdir()


def test_when_nothing_happens_the_wait_ends_all_the_same(
    monkeypatch: pytest.MonkeyPatch, watched: Watcher
) -> None:
    monkeypatch.setattr(inotify, "LOOK_ANYWAY", 0.05)
    watched.wait()


def test_the_wait_ends_when_nobody_reads_the_output(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    try:
        with contextlib.closing(Watcher([tmp_path], output=writer)) as watcher:
            (tmp_path / "current").touch()
            watcher.wait()
            os.close(reader)
            with pytest.raises(BrokenPipeError):
                watcher.wait()
    finally:
        os.close(writer)


def test_without_inotify_it_looks_again_after_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoInotify:
        def inotify_init1(self, _flags: int) -> int:
            return -1  # as where fs.inotify.max_user_instances is used up

    monkeypatch.setattr("ctypes.CDLL", lambda _name: NoInotify())
    with contextlib.closing(Watcher([tmp_path])) as watcher:
        begun = time.monotonic()
        watcher.wait()
        assert inotify.LOOK_WITHOUT <= time.monotonic() - begun < SOON
