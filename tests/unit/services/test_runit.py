import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from glctl.errors import GlctlError
from glctl.services.runit import Status, in_words, last_known, look, write_control

Supervised = Callable[[bytes], tuple[Path, int]]

# What runsv 2.1.2 wrote for a running sleep, pid 14105, on 2026-11-24 at 17:26:57.62 UTC.
RUNNING = bytes.fromhex("400000006b05c8eb25539c541937000000750001")
SINCE = 1795541217.626236500


def altered(**bytes_at: int) -> bytes:
    """RUNNING with other values at its single bytes."""
    raw = bytearray(RUNNING)
    for name, value in bytes_at.items():
        raw[{"paused": 16, "want": 17, "term": 18, "state": 19}[name]] = value
    return bytes(raw)


def test_a_status_that_runsv_wrote(supervised: Supervised) -> None:
    directory, _ = supervised(RUNNING)
    status = look(directory)
    assert status == Status("run", pid=14105, since=status.since, want="up")
    assert status.since == pytest.approx(SINCE, abs=1e-5)
    assert status.is_supervised
    assert status.is_up


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (altered(state=2), {"state": "finish", "is_up": False, "pid": None}),
        (altered(paused=1), {"paused": True, "is_up": False}),
        (altered(term=1), {"terminating": True, "is_up": False}),
        (altered(want=ord("d")), {"want": "down", "is_up": True}),
        (RUNNING[:12] + bytes(4) + b"\0u\0\0", {"state": "down", "pid": None, "want": "up", "is_up": False}),
        (RUNNING[:19], {"state": "no supervisor", "pid": None}),
        (b"", {"state": "no supervisor"}),
        (altered(state=3), {"state": "no supervisor"}),
    ],
)
def test_every_byte_means_something(supervised: Supervised, raw: bytes, expected: dict[str, object]) -> None:
    status = look(supervised(raw)[0])
    assert {name: getattr(status, name) for name in expected} == expected


def test_without_a_runsv_the_status_is_only_the_last_known(tmp_path: Path) -> None:
    assert look(tmp_path).state == "not installed"
    assert last_known(tmp_path) is None
    (tmp_path / "run").touch()
    assert look(tmp_path).state == "no supervisor"
    (tmp_path / "supervise").mkdir()
    (tmp_path / "supervise/status").write_bytes(RUNNING)
    os.mkfifo(tmp_path / "supervise/ok")  # nobody reads it
    assert look(tmp_path) == Status("no supervisor")
    known = last_known(tmp_path)
    assert known
    assert known.pid == 14105


def test_a_file_down_means_normally_down(supervised: Supervised) -> None:
    directory, _ = supervised(RUNNING)
    (directory / "down").touch()
    assert not look(directory).normally_up


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look everywhere")
def test_what_may_not_be_seen_is_told(supervised: Supervised) -> None:
    directory, _ = supervised(RUNNING)
    (directory / "supervise").chmod(0)
    with pytest.raises(GlctlError, match="may not control"):
        look(directory)


def test_control_letters_reach_the_pipe(supervised: Supervised) -> None:
    directory, pipe = supervised(RUNNING)
    assert write_control(directory, b"tcu")
    assert os.read(pipe, 10) == b"tcu"


def test_control_without_a_runsv(tmp_path: Path) -> None:
    assert not write_control(tmp_path, b"u")
    (tmp_path / "supervise").mkdir()
    os.mkfifo(tmp_path / "supervise/control")
    assert not write_control(tmp_path, b"u")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"state": "run", "pid": 7}, "(pid 7) 3s"),
        ({"state": "run", "pid": 7, "normally_up": False}, "(pid 7) 3s, normally down"),
        (
            {"state": "run", "pid": 7, "paused": True, "want": "down", "terminating": True},
            "(pid 7) 3s, paused, want down, got TERM",
        ),
        ({"state": "down"}, "3s, normally up, want up"),
        ({"state": "down", "want": "down"}, "3s, normally up"),
        ({"state": "down", "want": "down", "normally_up": False}, "3s"),
        ({"state": "finish", "pid": 8}, "(pid 8) 3s, normally up, want up"),
        ({"state": "no supervisor"}, "no supervisor"),
        ({"state": "not installed"}, "not installed"),
    ],
)
def test_words_are_those_of_sv(fields: dict[str, object], expected: str) -> None:
    status = Status(**{"since": time.time() - 3.5, "want": "up", **fields})  # type: ignore[arg-type]
    assert str(status) == expected


def test_a_clock_that_was_set_back_gives_no_negative_time() -> None:
    assert Status("run", since=time.time() + 600).seconds == 0


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0, "0s"),
        (0.9, "0s"),
        (59, "59s"),
        (60, "1m 0s"),
        (3599, "59m 59s"),
        (3600, "1h 0m"),
        (90061, "1d 1h"),
        (86400 * 400, "400d 0h"),
    ],
)
def test_durations_in_their_two_largest_units(seconds: float, expected: str) -> None:
    assert in_words(seconds) == expected
