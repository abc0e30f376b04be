"""Kills a run, or has it fail, at every system call that writes, renames, syncs, signals or starts something.

usage: kill_table.py --state FILE [--jobs N] [--seconds S] [--scenario NAME]... [--write]

What has been tried is kept in FILE: the same command goes on from there, so it may be stopped (Ctrl-C).
What did not hold is tried again once glctl's sources have changed. With --write, the table goes to
docs/reliability.md. Exits 1 where something did not hold.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import signal
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

PROJECT = Path(__file__).parents[2]
sys.path[:0] = [str(PROJECT / "tests/integration"), str(PROJECT)]

import kill_report  # noqa: E402
from bench import DISTURBANCES, FAULTY, Result, bench  # noqa: E402
from scenarios import SCENARIOS, Scenario  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_AT_ONCE = 20  # tries in one root: preparing one takes as long as three tries
_STOPPED = threading.Event()
Try = tuple[str, str]  # the point, the disturbance


@dataclass
class Record:
    """What is known of a campaign: *points* by scenario, *results* by scenario, point and disturbance.

    It is a file of lines, each added at once: several processes write it, and each may end at any time.
    """

    file: Path
    points: dict[str, tuple[str, ...]] = field(default_factory=dict)
    results: dict[tuple[str, str, str], Result] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path, sources: str) -> Record:
        """What *file* holds. Points are listed again where glctl's *sources* are others."""
        record = cls(file)
        for line in file.read_text().splitlines() if file.exists() else []:
            item = json.loads(line)
            known = item["sources"] == sources
            if "points" in item:
                record.points.pop(item["scenario"], None)
                if known:
                    record.points[item["scenario"]] = tuple(item["points"])
                continue
            result = Result(**{**item, "why": tuple(item["why"])})
            key = (result.scenario, result.point, result.disturbance)
            record.results.pop(key, None)
            if known or result.outcome != FAULTY:
                record.results[key] = result
        return record

    def note(self, result: Result) -> None:
        """Add what came of a try."""
        self._add(asdict(result))

    def note_points(self, scenario: str, points: Sequence[str], sources: str) -> None:
        """Add which points there are."""
        self._add({"scenario": scenario, "points": points, "sources": sources})

    def _add(self, item: Mapping[str, Any]) -> None:
        with self.file.open("ab", buffering=0) as file:
            file.write(json.dumps(item).encode() + b"\n")

    def left(self, scenario: Scenario) -> list[Try]:
        """What has not been tried, in an order that brings all kinds of it early."""
        left = [
            (point, disturbance)
            for disturbance in DISTURBANCES
            for point in self.points[scenario.name]
            if (scenario.name, point, disturbance) not in self.results
        ]
        random.Random(scenario.name).shuffle(left)
        return left


def list_points(scenario: Scenario, file: Path, sources: str) -> None:
    """Note the points of an undisturbed run."""
    with bench(scenario) as working:
        Record(file).note_points(scenario.name, working.points, sources)


def try_points(scenario: Scenario, tries: Sequence[Try], file: Path, sources: str, deadline: float) -> None:
    """Try some points, and note what came of each."""
    if _is_over(deadline):
        return
    with bench(scenario) as working:
        for point, disturbance in tries:
            if _is_over(deadline):
                return
            result = working.attempt(point, disturbance)
            Record(file).note(replace(result, sources=sources))
            print(f"{scenario.name}: {disturbance} at {point}: {result.outcome}", file=sys.stderr)


def _is_over(deadline: float) -> bool:
    return _STOPPED.is_set() or time.time() > deadline


def _begin_worker() -> None:
    """Ctrl-C must not reach the runs that are traced: our parent passes it on to us alone."""
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: _STOPPED.set())


def _stop(*_: object) -> None:
    """Have each worker end after the try that it is at."""
    for worker in multiprocessing.active_children():
        os.kill(worker.pid or 0, signal.SIGTERM)


def _sources() -> str:
    """A digest of all that is tried here."""
    files = sorted([*PROJECT.glob("glctl/**/*.py"), *PROJECT.glob("templates/**/*.j2")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def main() -> int:
    arguments = _arguments()
    sources, file = _sources(), arguments.state
    deadline = time.time() + arguments.seconds
    chosen = [each for each in SCENARIOS if not arguments.scenario or each.name in arguments.scenario]
    record = Record.read(file, sources)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    with ProcessPoolExecutor(arguments.jobs, initializer=_begin_worker) as pool:
        unlisted = [each for each in chosen if each.name not in record.points]
        list(pool.map(list_points, unlisted, *([each] * len(unlisted) for each in (file, sources))))
        record = Record.read(file, sources)
        work = [
            pool.submit(try_points, scenario, tries, file, sources, deadline)
            for scenario, tries in _in_turn(record, chosen)
        ]
        failures = [str(failure) for each in work if (failure := each.exception())]
    record = Record.read(file, sources)
    table = kill_report.table(record.points, record.results.values(), sources)
    print(table)
    for failure in failures:
        print(f"not tried, run it again: {failure}", file=sys.stderr)
    if arguments.write:
        kill_report.write(table)
    return 1 if any(result.outcome == FAULTY for result in record.results.values()) else 0


def _in_turn(record: Record, scenarios: Sequence[Scenario]) -> Iterator[tuple[Scenario, list[Try]]]:
    """Some tries of each scenario, then some more, until nothing is left."""
    chunks = {each.name: list(_chunks(record.left(each))) for each in scenarios}
    for number in range(max(map(len, chunks.values()), default=0)):
        for scenario in scenarios:
            if number < len(chunks[scenario.name]):
                yield scenario, chunks[scenario.name][number]


def _chunks(tries: list[Try]) -> Iterator[list[Try]]:
    for start in range(0, len(tries), _AT_ONCE):
        yield tries[start : start + _AT_ONCE]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument(
        "--state", type=Path, required=True, metavar="FILE", help="what has been tried so far"
    )
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="roots at the same time")
    parser.add_argument("--seconds", type=float, default=float("inf"), metavar="S", help="stop after that")
    parser.add_argument("--scenario", action="append", choices=names, help="only this one (repeatable)")
    parser.add_argument("--write", action="store_true", help="write the table to docs/reliability.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
