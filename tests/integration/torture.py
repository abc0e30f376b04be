"""Follows logs that are rotated as fast as can be, and says which lines came not, twice or out of order.

usage: torture.py [--seconds S] [--write]

A real svlogd or logrotate rotates 20,000 numbered lines a second into small files, while glctl follows them
live, is stopped and goes on, has a slow reader, or is ended, or killed, and started again with its cursor. It
writes to a pipe, or appends to a file. With --write, the table goes to docs/reliability.md. Exits 1 where a
line is lost that is in a file.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import itertools
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from servers import CLEAN_ENVIRONMENT, program, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = Path(__file__).parents[2] / "docs/reliability.md"
BEGIN, END = "<!-- torture: begin -->", "<!-- torture: end -->"

RATE = 20_000  # lines a second
_SIZE = 100_000  # bytes of a file of svlogd
_ROTATE_EVERY = 0.25  # seconds between two runs of logrotate
_PATIENCE = 60.0

ROTATIONS = {
    "svlogd": "",
    "svlogd, gzip": "!gzip",
    "logrotate, rename": "create\ndelaycompress\npostrotate\nkill -USR1 {pid}\nendscript",
    "logrotate, copytruncate": "copytruncate\ndelaycompress",
}
_LINES_AT_ONCE = 4096 // len("line 100000 of many")  # that a pipe takes
WAYS = ("live", "stopped", "slow reader", "ended", "killed", "killed, slow reader", "killed, to a file")
# Appends numbered lines, at a rate, to a file that it opens anew on SIGUSR1, as nginx does.
_WRITER = """
import os, signal, sys, time
path, count, rate = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
renew = True
def ask(*_):
    global renew
    renew = True
signal.signal(signal.SIGUSR1, ask)
print(flush=True)
sys.stdin.read()
begun = time.monotonic()
for start in range(0, count, 100):
    if renew:
        renew = False
        log = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(log, b"".join(b"line %d of many\\n" % number for number in range(start, start + 100)))
    while (left := begun + start / rate - time.monotonic()) > 0:
        time.sleep(left)
"""


@dataclass(slots=True)
class Result:
    """What came of *lines* numbered lines. *lost*: those that came not, though a file has them."""

    rotation: str
    way: str
    lines: int
    rotations: int = 0
    interruptions: int = 0
    not_in_files: int = 0  # and did not come either
    lost: int = 0
    twice: int = 0
    out_of_order: int = 0

    @property
    def is_good(self) -> bool:
        """Whether each line came once and in order; SIGKILL may repeat what a pipe was just given."""
        may_repeat = self.interruptions if self.is_killed and not self.to_file else 0
        once = self.twice <= may_repeat * _LINES_AT_ONCE
        kept = not self.not_in_files or "copytruncate" in self.rotation
        return once and kept and not self.lost and not self.out_of_order

    @property
    def is_killed(self) -> bool:
        return self.way.startswith("killed")

    @property
    def to_file(self) -> bool:
        return self.way.endswith("to a file")


@dataclass
class Follower:
    """A glctl that follows, and what it has printed in all its lives."""

    command: list[str]
    file: Path | None = None  # that it appends to; else a pipe
    pause: float = 0.0  # seconds between two reads of the pipe
    seen: list[int] = field(default_factory=list)

    def start(self) -> None:
        environment = {**CLEAN_ENVIRONMENT, "PYTHONPATH": os.pathsep.join(sys.path)}
        with self.file.open("ab") if self.file else contextlib.nullcontext(subprocess.PIPE) as output:
            self.process = subprocess.Popen(self.command, stdout=output, env=environment)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        if self.process.stdout is None:
            return
        with self.process.stdout as output:
            rest = b""
            while data := os.read(output.fileno(), 1 << 16):
                whole, newline, rest = (rest + data).rpartition(b"\n")
                self.seen += numbers(whole + newline)
                time.sleep(self.pause)
        assert not rest, "half a line was printed"

    def has_printed(self, number: int) -> bool:
        """Whether the line *number* has come, as one of the last."""
        if self.file:
            data = self.file.read_bytes()
            self.seen = numbers(data)
            assert len(self.seen) == data.count(b"\n"), "half a line is in the file"
        return number in self.seen[-1000:]

    def end(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self._reader.join()
        assert self.process.wait() in (130, -number)


def numbers(lines: bytes) -> list[int]:
    """What the lines of the writers are numbered by."""
    return [int(number) for number in re.findall(rb"line (\d+) of many\n", lines)]


def torture(folder: Path, rotation: str, way: str, lines: int) -> Result:
    """Have *lines* lines rotated as *rotation* says, and followed in a *way*."""
    result = Result(rotation, way, lines)
    service = "registry" if rotation.startswith("svlogd") else "nginx"
    directory = folder / "var/log/gitlab" / service
    directory.mkdir(parents=True)
    command = [sys.executable, "-m", "glctl", "--root", str(folder), "tail-logs", service]
    command += ["--format", "raw", "--cursor", str(folder / "cursor")]
    follower = Follower(command, folder / "printed" if result.to_file else None)
    follower.pause = 0.1 if way.endswith("slow reader") else 0.0
    rotated = svlogd if service == "registry" else logrotated
    with rotated(directory, ROTATIONS[rotation], lines) as written:
        follower.start()
        wait_until((folder / "cursor").exists, "glctl follows", _PATIENCE)
        written.begin()
        while written.is_going_on():
            result.interruptions += disturb(follower, way)
        follower.pause = 0.0
        wait_until(lambda: follower.has_printed(lines - 1), f"the last line came ({way})", _PATIENCE)
    follower.end()
    judge(result, follower.seen, [*directory.iterdir()])
    return result


def disturb(follower: Follower, way: str) -> int:
    """Interrupt following once, in its *way*; how often that was."""
    time.sleep(random.uniform(0.3, 0.6))
    if way == "stopped":
        follower.process.send_signal(signal.SIGSTOP)
        time.sleep(0.6)
        follower.process.send_signal(signal.SIGCONT)
    elif way == "ended" or way.startswith("killed"):
        follower.end(signal.SIGTERM if way == "ended" else signal.SIGKILL)
        time.sleep(random.uniform(0.0, 0.3))
        follower.start()
    return int(way not in ("live", "slow reader"))


def judge(result: Result, seen: list[int], files: list[Path]) -> None:
    """Compare what was *seen* with what was written, and with what is in *files*."""
    kept: set[int] = set()
    for file in files:
        data = file.read_bytes()
        found = numbers(gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data)
        kept.update(found)
        result.rotations += bool(found)
    result.rotations -= 1
    missing = set(range(result.lines)) - set(seen)
    result.lost, result.not_in_files = len(missing & kept), len(missing - kept)
    result.twice = len(seen) - len(set(seen))
    backwards = sum(a >= b for a, b in itertools.pairwise(seen))
    repeated = result.interruptions if result.twice and result.is_killed else 0
    result.out_of_order = max(0, backwards - repeated)


class Written:
    """Lines that are being written by a thread or a process, once that has begun."""

    def __init__(self, process: subprocess.Popen[bytes], lines: int) -> None:
        self._process = process
        self._lines = lines
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        raise NotImplementedError

    def is_going_on(self) -> bool:
        raise NotImplementedError


class _BySvlogd(Written):
    def begin(self) -> None:
        self._thread = threading.Thread(target=self._feed)
        self._thread.start()

    def _feed(self) -> None:
        assert self._process.stdin
        begun = time.monotonic()
        for start in range(0, self._lines, 200):
            lines = (b"line %d of many\n" % number for number in range(start, min(start + 200, self._lines)))
            self._process.stdin.write(b"".join(lines))
            self._process.stdin.flush()
            time.sleep(max(0.0, begun + start / RATE - time.monotonic()))

    def is_going_on(self) -> bool:
        return self._thread is not None and self._thread.is_alive()


class _ByWriter(Written):
    def begin(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()

    def is_going_on(self) -> bool:
        return self._process.poll() is None


@contextlib.contextmanager
def svlogd(directory: Path, processor: str, lines: int) -> Iterator[Written]:
    """A svlogd that is given *lines* lines and keeps all its archives."""
    (directory / "config").write_text(f"s{_SIZE}\nn0\n{processor}\n")
    command = [program("svlogd"), "-tt", str(directory)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, env=CLEAN_ENVIRONMENT)
    wait_until((directory / "current").exists, "svlogd is up", _PATIENCE)
    written = _BySvlogd(process, lines)
    try:
        yield written
    finally:
        assert process.stdin
        process.stdin.close()
        process.wait(_PATIENCE)


@contextlib.contextmanager
def logrotated(directory: Path, how: str, lines: int) -> Iterator[Written]:
    """A log that a process appends *lines* lines to and that logrotate rotates all the time."""
    log = directory / "gitlab_registry_access.log"
    log.touch()
    command = [sys.executable, "-c", _WRITER, str(log), str(lines), str(RATE)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=CLEAN_ENVIRONMENT)
    assert process.stdout
    process.stdout.readline()  # from now on it bears SIGUSR1
    config, state = directory.parent / "logrotate.conf", directory.parent / "logrotate.status"
    config.write_text(f"{log} {{\nrotate 10000\ncompress\n{how.format(pid=process.pid)}\n}}\n")
    config.chmod(0o644)
    stop = threading.Event()
    rotations = int(0.8 * lines / RATE / _ROTATE_EVERY)  # the last line is cut off by none

    def rotate() -> None:
        rotation = [program("logrotate"), "--force", "--state", str(state), str(config)]
        for _ in range(rotations):
            if stop.wait(_ROTATE_EVERY):
                return
            subprocess.run(rotation, env=CLEAN_ENVIRONMENT, stderr=subprocess.DEVNULL, check=False)

    thread = threading.Thread(target=rotate)
    thread.start()
    try:
        with process:
            yield _ByWriter(process, lines)
            process.kill()
    finally:
        stop.set()
        thread.join()


def row(result: Result) -> str:
    """A line of the table."""
    counts = (result.lines, result.rotations, result.interruptions, result.lost, result.twice)
    numbers = " | ".join(f"{count:,}" for count in (*counts, result.out_of_order, result.not_in_files))
    return f"| {result.rotation} | {result.way} | {numbers} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=int, default=20, help="how long each is followed (20)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/reliability.md")
    options = parser.parse_args()
    table = [
        "| rotated by | followed | lines | rotations | disturbed | lost | twice | disordered | in no file |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    good = True
    for rotation, way in itertools.product(ROTATIONS, WAYS):
        with tempfile.TemporaryDirectory(prefix="glctl-torture-") as folder:
            result = torture(Path(folder), rotation, way, options.seconds * RATE)
        good = good and result.is_good
        table.append(row(result))
        print(table[-1], "" if result.is_good else "WRONG", flush=True)
    if options.write:
        document = DOCUMENT.read_text()
        begin, end = document.index(BEGIN) + len(BEGIN), document.index(END)
        DOCUMENT.write_text(f"{document[:begin]}\n" + "\n".join(table) + f"\n{document[end:]}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
