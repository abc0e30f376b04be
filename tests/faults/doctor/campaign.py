"""Makes every fault on a real stack and has the doctor find it: alone, and some of them two at once.

usage: campaign.py [--only NAME]... [--jobs N] [--write]

Healthy variants and what only looks like a fault are tried as well: there the doctor must find nothing. What
is not as it must be is printed with the doctor's report. With --write, the table goes to docs/doctor.md.
Exits 1 where something was wrong.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

PROJECT = Path(__file__).parents[3]
sys.path[:0] = [str(PROJECT / "tests/integration"), str(PROJECT)]

import confusion  # noqa: E402
import pairs  # noqa: E402
from harness import Outcome, attempt, faults, variants  # noqa: E402
from stacks import Stacks  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from harness import Fault

Try = tuple[str, ...]  # the names of what is made at once


def main() -> int:
    arguments = _arguments()
    known = {each.name: each for each in (*faults(), *variants())}
    chosen = arguments.only or list(known)
    singles = _run([(name,) for name in chosen], known, arguments.jobs)
    double = [] if arguments.only else _run(pairs.independent(singles), known, arguments.jobs)
    outcomes = [*singles, *double]
    text = confusion.table(outcomes)
    print(text)
    if arguments.write:
        confusion.write(text)
    return 1 if any(outcome.wrong for outcome in outcomes) else 0


def _run(tries: Sequence[Try], known: dict[str, Fault], jobs: int) -> list[Outcome]:
    """Try all, those on one stack in one process, as far as that leaves none of *jobs* idle."""
    position = {each: number for number, each in enumerate(tries)}
    outcomes = []
    with ProcessPoolExecutor(jobs) as pool:
        running = [pool.submit(_try_all, chunk) for chunk in _chunks(tries, known, jobs)]
        for done in as_completed(running):
            outcomes += done.result()
    return sorted(outcomes, key=lambda outcome: position[outcome.names])


def _chunks(tries: Iterable[Try], known: dict[str, Fault], jobs: int) -> Iterator[list[Try]]:
    by_stack: dict[str, list[Try]] = {}
    for each in tries:
        by_stack.setdefault(known[each[0]].stack, []).append(each)
    for some in by_stack.values():
        parts = (some[start::jobs] for start in range(jobs))
        yield from (part for part in parts if part)


def _try_all(tries: Sequence[Try]) -> list[Outcome]:
    """In a process of its own: the doctor is called within it, and what it prints is caught."""
    known = {each.name: each for each in (*faults(), *variants())}
    with Stacks() as stacks:
        return [_told(attempt(stacks, *(known[name] for name in names))) for names in tries]


def _told(outcome: Outcome) -> Outcome:
    said = f"{' and '.join(outcome.names)}: {outcome.verdict} ({outcome.seconds:.1f} s)"
    print("\n  ".join([said, *outcome.wrong]), file=sys.stderr, flush=True)
    return outcome


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = [each.name for each in (*faults(), *variants())]
    parser.add_argument(
        "--only",
        action="append",
        type=lambda name: Path(name).stem.replace("_", " "),
        choices=names,
        metavar="NAME",
        help="only this one, by its file or the name in the table (repeatable)",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="stacks at once")
    parser.add_argument("--write", action="store_true", help="write the table to docs/doctor.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
