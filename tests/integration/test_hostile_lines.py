"""tail-logs on what no log should hold: no crash, bounded memory, nothing lost, no harm to the terminal."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from servers import CLEAN_ENVIRONMENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MEMORY = 100 << 20  # bytes that a follower may have at most
ENVIRONMENT = {**CLEAN_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "UTC"}
END = {"raw": b"end\n", "text": b"end\n", "json": b'"message": "end", "fields": {}}\n'}


class Following:
    """A glctl that follows the registry's log below *root*."""

    def __init__(self, root: Path, form: str) -> None:
        self.log = root / "var/log/gitlab/registry/current"
        self.log.parent.mkdir(parents=True)
        self.log.write_bytes(b"ready\n")
        command = [
            sys.executable,
            "-m",
            "glctl",
            "--root",
            str(root),
            "tail-logs",
            "registry",
            "--format",
            form,
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env=ENVIRONMENT)
        assert self.process.stdout
        assert self.process.stdout.readline()

    def write(self, data: bytes) -> None:
        with self.log.open("ab") as file:
            file.write(data)

    def memory(self) -> int:
        """The most that it had resident, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024  # type: ignore[index]  # Linux has it

    def read_until(self, end: bytes, look: Callable[[bytes], object] = len) -> bytes:
        """All output until *end* is at its end; *look* is given each piece. Of much only the last is kept."""
        assert self.process.stdout
        rest = b""
        while not rest.endswith(end):
            piece = os.read(self.process.stdout.fileno(), 1 << 20)
            assert piece, "glctl has ended"
            look(piece)
            rest = (rest + piece)[-(1 << 16) :]
        return rest


@contextlib.contextmanager
def following(root: Path, form: str) -> Iterator[Following]:
    started = Following(root, form)
    try:
        yield started
        started.process.send_signal(signal.SIGINT)
        assert started.process.wait(20) == 130
    finally:
        started.process.kill()
        started.process.communicate()


@pytest.mark.parametrize("form", ["raw", "text", "json"])
@pytest.mark.parametrize("letters", [b"x", b"eyJ", b"a.b-c_1", b"token=", b"panic: ://?"])
def test_a_line_of_100_mb_goes_out_in_pieces(tmp_path: Path, form: str, letters: bytes) -> None:
    size = 100 << 20 if (form, letters) == ("raw", b"x") else 4 << 20
    with following(tmp_path, form) as follower:
        part = letters * (size // 100 // len(letters))

        def write() -> None:
            for _ in range(100):
                follower.write(part)
            follower.write(b"\nend\n")

        seen = 0

        def look(piece: bytes) -> None:
            nonlocal seen
            seen += len(piece)

        writer = threading.Thread(target=write)
        writer.start()
        follower.read_until(END[form], look)
        writer.join()
        if form == "raw":
            assert seen == 100 * len(part) + len(b"\nend\n")
        assert follower.memory() < MEMORY


@pytest.mark.parametrize("form", ["text", "json"])
def test_foreign_bytes_steer_nothing(tmp_path: Path, form: str) -> None:
    hostile = [
        b"\x1b]0;title\x07",
        b"\x1b[2J",
        b"a\rb",
        b"\x00\x00",
        b"\xff\xfe\xc3\x28",
        b"\xc2\x9b31m",
        b"\xe2\x80\xae",
    ]
    with following(tmp_path, form) as follower:
        follower.write(b"\n".join(hostile) + b"\nend\n")
        seen = follower.read_until(END[form])
    assert seen.count(b"\n") == len(hostile) + 1
    text = seen.decode()
    assert all(letter.isprintable() or letter == "\n" for letter in text)


def test_raw_is_as_it_was_written(tmp_path: Path) -> None:
    data = bytes(range(256)) * 100 + b"\nend\n"
    with following(tmp_path, "raw") as follower:
        follower.write(data)
        assert follower.read_until(b"end\n") == data


def test_a_clock_that_runs_backwards_changes_no_order(tmp_path: Path) -> None:
    hours = [5, 3, 9, 1, 4]
    lines = [b"2026-11-24_%02d:00:00.00000 %d\n" % (hour, number) for number, hour in enumerate(hours)]
    with following(tmp_path, "raw") as follower:
        follower.write(b"".join(lines) + b"end\n")
        assert follower.read_until(b"end\n") == b"".join(lines) + b"end\n"


def test_empty_and_vanishing_files_and_directories_are_waited_for(tmp_path: Path) -> None:
    with following(tmp_path, "raw") as follower:
        directory = follower.log.parent
        for number in range(20):
            if number % 2:
                directory.rename(directory.with_name(f"old{number}"))
                directory.mkdir()
            else:
                follower.log.unlink()
            follower.log.touch()
            follower.write(b"%d\n" % number)
            assert follower.read_until(b"%d\n" % number) == b"%d\n" % number


def test_a_slow_reader_costs_no_memory(tmp_path: Path) -> None:
    with following(tmp_path, "text") as follower:
        line = b'2026-11-24_03:59:14.64174 time="2026-11-24T03:59:14Z" level=info msg="%d"\n'
        for start in range(0, 1_000_000, 10_000):
            follower.write(b"".join(line % number for number in range(start, start + 10_000)))
        seen = 0

        def look(piece: bytes) -> None:
            nonlocal seen
            seen += piece.count(b"\n")

        follower.read_until(b'msg="999999"\n', look)
        assert seen == 1_000_000
        assert follower.memory() < MEMORY
