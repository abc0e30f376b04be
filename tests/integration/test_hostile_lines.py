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
END = {"raw": b"end\n", "text": b"end\n", "colour": b"end\n", "json": b'"message": "end", "fields": {}}\n'}


class Following:
    """A glctl that follows the registry's log below *root*."""

    def __init__(self, root: Path, form: str) -> None:
        self.log = root / "var/log/gitlab/registry/current"
        self.log.parent.mkdir(parents=True)
        self.log.write_bytes(b"ready\n")
        color, form = ("always", "text") if form == "colour" else ("never", form)
        command = [sys.executable, "-m", "glctl", "--root", str(root), "--color", color]
        command += ["tail-logs", "registry", "--format", form]
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


@pytest.mark.parametrize(
    ("form", "letters", "size"),
    [
        *((form, b"x", 100 << 20) for form in ("raw", "text", "colour", "json")),
        *(
            (form, letters, 4 << 20)  # these take longer: text that may be a credential, or a panic
            for form in ("raw", "text", "json")
            for letters in (b"eyJ", b"a.b-c_1", b"token=", b"panic: ://?")
        ),
    ],
)
def test_a_line_of_100_mb_goes_out_in_pieces(tmp_path: Path, form: str, letters: bytes, size: int) -> None:
    with following(tmp_path, form) as follower:
        part = letters * (size // 100 // len(letters))

        def write() -> None:
            for _ in range(100):
                follower.write(part)
            follower.write(b"\nend\n")

        seen = 0

        def look(piece: bytes) -> None:
            nonlocal seen
            seen += piece.count(letters[:1])

        writer = threading.Thread(target=write)
        writer.start()
        follower.read_until(END[form], look)
        writer.join()
        if form == "raw" or letters == b"x":
            assert seen == part.count(letters[:1]) * 100 + b"\nend\n".count(letters[:1])
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


LONG = b"x" * 3500


def lines_of_many_kinds(start: int, count: int) -> bytes:
    """Numbered lines that are looked at: failures that say each something else, panics, what is no UTF-8."""
    failure = (
        b'2026-11-24_03:59:14.64174 time="2026-11-24T03:59:14Z" level=error msg="unknown %d" '
        b'err.detail="filesystem: mkdir /%d/%b: no space left on device" go.version=go1.19 '
        b'http.request.uri="/v2/?_state=%d"'
    )
    kinds = (
        failure,
        b'{"level":"error","msg":"unknown %d","error":"connect: refused %d %b %d"}',
        b"panic: runtime error: %d\ngoroutine %d [running]:\nmain.main(%b)\n\t/usr/src/main.go:%d +0x1b",
        b'2026/11/24 03:59:14 [error] %d#%d: *1 open() failed (2: No such file), request: "GET /%b?x=%d"',
        b"\x1b[2J \xff %d %d \x00 %b %d",
        b'10.0.0.1 - - [24/Nov/2026:03:59:14 +0000] "GET /v2/%d/%d/%b HTTP/1.1" 502 %d "" "curl/8"',
    )
    return b"".join(kinds[n % len(kinds)] % (n, n, LONG, n) + b"\n" for n in range(start, start + count))


@pytest.mark.parametrize("form", ["raw", "text", "colour", "json"])
def test_a_slow_reader_costs_no_memory(tmp_path: Path, form: str) -> None:
    lines = 12_000
    with following(tmp_path, form) as follower:
        for start in range(0, lines, 1000):
            follower.write(lines_of_many_kinds(start, 1000))
        follower.write(b'time="2026-11-24T03:59:15Z" level=info msg="last"\nend\n')
        seen, rest = 0, b""

        def look(piece: bytes) -> None:
            nonlocal seen, rest
            *whole, rest = (rest + piece).split(b"\n")
            seen += sum(LONG in line and "↳".encode() not in line for line in whole)

        follower.read_until(END[form], look)
        assert seen == lines
        assert follower.memory() < len(LONG) * lines
