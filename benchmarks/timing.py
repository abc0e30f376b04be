"""Timing whole processes for the benchmarks, as multiples of what is measured beside them in the same run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PYTHON = sys.executable
GLCTL = str(Path(sys.executable).with_name("glctl"))
# glctl's own environment: no bytecode written or no buffering would measure something else.
ENVIRONMENT = {
    key: value
    for key, value in os.environ.items()
    if not key.startswith(("PYTHON", "GLCTL", "_GLCTL", "COLUMNS"))
}


@dataclass(frozen=True, slots=True)
class Case:
    """A command, and how many times the first case's time it may take.

    *more* is added to its environment; *code*: what it must end with.
    """

    name: str
    command: list[str]
    limit: float | None = None
    more: Mapping[str, str] = field(default_factory=dict)
    code: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """What a process took. *megabytes*: the most memory that it, or a child of it, had resident at once.

    *cpu*: seconds that it and its children were running.
    """

    seconds: float
    megabytes: float
    cpu: float = 0.0


PASS = Case("python -c pass", [PYTHON, "-c", "pass"])


def run(command: list[str]) -> int:
    """The exit code of *command*, whose output is of no interest."""
    return subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, check=False).returncode


def take(case: Case) -> Taken:
    """Run *case* once; ends the benchmark where it fails."""
    environment = {**ENVIRONMENT, **case.more}
    began = time.perf_counter()
    with (
        tempfile.TemporaryFile() as out,  # not /dev/null: grep would end at its first match
        subprocess.Popen(case.command, env=environment, stdout=out, stderr=subprocess.DEVNULL) as process,
    ):
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != case.code:
        raise SystemExit(f"{' '.join(case.command)} ended with {process.returncode}")
    # Never less than this process has: a child begins as a copy of it (some 20 MB).
    return Taken(seconds, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime)


def medians(cases: Sequence[Case], rounds: int) -> list[Taken]:
    """What each case takes. The cases take turns, so that a slow spell of the machine hits all."""
    for case in cases:
        take(case)  # writes the .pyc files
    taken = [[take(case) for case in cases] for _ in range(rounds)]
    return [median(each) for each in zip(*taken, strict=True)]


def median(taken: Sequence[Taken]) -> Taken:
    """What is usual."""
    return Taken(
        statistics.median(each.seconds for each in taken),
        statistics.median(each.megabytes for each in taken),
        statistics.median(each.cpu for each in taken),
    )


def ratios(taken: Sequence[Taken]) -> list[float]:
    """Each as a multiple of the first."""
    return [each.seconds / taken[0].seconds for each in taken]


def within_limits(cases: Sequence[Case], taken: Sequence[Taken]) -> bool:
    """Whether every case keeps its limit."""
    pairs = zip(cases, ratios(taken), strict=True)
    return all(case.limit is None or ratio <= case.limit for case, ratio in pairs)


def table(cases: Sequence[Case], taken: Sequence[Taken]) -> str:
    """What each case took, as Markdown."""
    lines = ["| command | median ms | × | limit | MB |", "|---|---:|---:|---:|---:|"]
    for case, each, ratio in zip(cases, taken, ratios(taken), strict=True):
        memory = f"{each.megabytes:.0f}" if each.megabytes else ""
        numbers = f"{each.seconds * 1000:.1f} | {ratio:.2f} | {case.limit or ''} | {memory}"
        lines.append(f"| {case.name} | {numbers} |")
    return "\n".join(lines)
