"""Following a log, beside ``tail -F``: how soon a line is shown, and how many a second."""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from log_text import day
from timing import ENVIRONMENT, GLCTL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

LINES = 500  # whose latency is measured, in each round
EVERY = 0.005  # seconds between two of them
BYTES = 100_000_000  # of a registry's log, appended at once
LATENCY = 2.0  # ms, of the median line
COLOURED, RAW = 300_000, 700_000  # lines a second
_LAST = b"2026-11-24_23:59:59.99999 the last line\n"


@dataclass(frozen=True, slots=True)
class Way:
    """A command that follows a log, the *limit* of its median latency (ms), and how many lines a second it
    is to show.
    """

    name: str
    command: list[str]
    limit: float | None = None
    least: int | None = None


def followed(directory: Path, rounds: int) -> tuple[str, bool]:
    """The table, and whether all limits were kept. The ways take turns; medians of *rounds*."""
    log = directory / "var/log/gitlab/registry/current"
    log.parent.mkdir(parents=True)
    glctl = [GLCTL, "--root", str(directory), "--color", "always", "tail-logs", "registry", "-n", "1"]
    ways = [
        Way("tail -n 1 -F", ["tail", "-n", "1", "-F", str(log)]),
        Way("glctl tail-logs, in colour", glctl, LATENCY, COLOURED),
        Way("glctl tail-logs --format raw", [*glctl, "--format", "raw"], LATENCY, RAW),
    ]
    text = b"".join(block for block, _ in day(BYTES)) + _LAST
    delays: list[list[float]] = [[] for _ in ways]
    rates: list[list[float]] = [[] for _ in ways]
    for _ in range(rounds):
        for i, way in enumerate(ways):
            with following(way.command, log) as output:
                delays[i] += latencies(log, output)
            with following(way.command, log) as output:
                rates[i].append(text.count(b"\n") / seconds_for(text, log, output))
    rows = [
        "| command | p50 ms | limit | p95 ms | lines a second | at least |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    good = True
    for way, delay, rate in zip(ways, delays, map(statistics.median, rates), strict=True):
        p50, p95 = (1000 * statistics.quantiles(delay, n=20)[at] for at in (9, 18))
        least = f"{way.least:,}" if way.least else ""
        rows.append(f"| {way.name} | {p50:.2f} | {way.limit or ''} | {p95:.2f} | {rate:,.0f} | {least} |")
        good = good and p50 <= (way.limit or p50) and rate >= (way.least or rate)
    return "\n".join(rows), good


@contextlib.contextmanager
def following(command: list[str], log: Path) -> Iterator[IO[bytes]]:
    """The output of *command*, which follows the new *log*, once it has shown the one line there."""
    log.write_bytes(_LAST)
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=ENVIRONMENT, bufsize=0) as process:
        assert process.stdout
        until_last(process.stdout)
        try:
            yield process.stdout
        finally:
            process.terminate()


def latencies(log: Path, output: IO[bytes]) -> list[float]:
    """Seconds from when a line is appended until it is shown, of LINES lines."""
    taken = []
    with log.open("ab", buffering=0) as writer:
        for _ in range(LINES):
            time.sleep(EVERY)
            begun = time.perf_counter()
            writer.write(_LAST)
            until_last(output)
            taken.append(time.perf_counter() - begun)
    return taken


def seconds_for(text: bytes, log: Path, output: IO[bytes]) -> float:
    """Seconds from when *text* is appended, as quickly as the disk takes it, until all of it is shown."""
    with log.open("ab", buffering=0) as writer:
        begun = time.perf_counter()
        writing = threading.Thread(target=writer.write, args=(text,))
        writing.start()
        until_last(output)
        writing.join()
    return time.perf_counter() - begun


def until_last(output: IO[bytes]) -> None:
    """Read *output* until the last line is shown, whatever its colour and however its time is written."""
    end = b""
    while b"the last line" not in end or not end.endswith(b"\n"):
        data = os.read(output.fileno(), 1 << 16)
        if not data:
            raise SystemExit("What follows the log has ended.")
        end = (end + data)[-200:]
