"""Reads mutated gitlab.rb files and says whether reading one crashes, hangs or takes ever more memory.

usage: campaign.py [--mutants N] [--seed S] [--write]
       campaign.py --ruby COMMAND --oracle SCRIPT [--sample N]      also compare with real Ruby
       campaign.py --show NUMBER                                    print one mutant

With --write, the tables go to docs/reliability.md. Exits 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import resource
import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path

import real_ruby
import report
from mutants import mutant, originals
from reading import check, outcome_of

from glctl.paths import Root

_CHUNK = 500  # mutants that a worker reads at once
_PAGES_PER_MB = 1024 * 1024 // os.sysconf("SC_PAGE_SIZE")
_GROWTH = 32  # MB that a worker may grow after its first chunks: the caches of regular expressions fill


@dataclass(frozen=True)
class Options:
    """What to do: *sample* of the *mutants* are compared with *ruby*, if there is one."""

    seed: int = 5
    mutants: int = 200_000
    sample: int = 5_000
    ruby: real_ruby.Ruby | None = None

    def is_sampled(self, number: int) -> bool:
        every = max(1, self.mutants // self.sample)
        return self.ruby is not None and number % every == 0 and number // every < self.sample


@dataclass(slots=True)
class Tally:
    """What came of some mutants. *memory* is what each worker, by its process id, used at first and last."""

    outcomes: Counter[tuple[str, tuple[str, ...]]] = field(default_factory=Counter)  # by kind and codes
    comparisons: Counter[tuple[str, str]] = field(default_factory=Counter)  # by kind and agreement
    faults: list[tuple[int, str, str]] = field(default_factory=list)  # the mutant, what, and more about it
    slowest: tuple[float, int] = (0, 0)  # seconds, the mutant
    peak: int = 0  # MB
    memory: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.outcomes += other.outcomes
        self.comparisons += other.comparisons
        self.faults += other.faults
        self.slowest = max(self.slowest, other.slowest)
        self.peak = max(self.peak, other.peak)
        for worker, (first, last) in other.memory.items():
            self.memory[worker] = (self.memory.get(worker, (first, 0))[0], last)

    @property
    def growth(self) -> int:
        return max(last - first for first, last in self.memory.values())

    @property
    def is_good(self) -> bool:
        return not self.faults and self.growth <= _GROWTH


def run_chunk(options: Options, start: int, stop: int) -> Tally:
    """Read the mutants from *start* to before *stop*."""
    tally, files, sampled = Tally(), originals(), {}
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # Ruby may run as somebody else
        for number in range(start, stop):
            made = mutant(options.seed, number, files)
            path = Path(folder, f"{number}.rb" if options.is_sampled(number) else "gitlab.rb")
            path.write_bytes(made.content)
            _read(path, made.kind, number, tally)
            if options.is_sampled(number):
                sampled[path] = made.kind
        if options.ruby is not None:
            _compare(options.ruby, sampled, tally)
    tally.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    tally.memory[os.getpid()] = (_used(), _used())
    return tally


def _used() -> int:
    """MB of memory that this process really needs: what it has freed goes back to the system first."""
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) // _PAGES_PER_MB


def _read(path: Path, kind: str, number: int, tally: Tally) -> None:
    outcome = outcome_of(lambda: check(path, Root(path.parent)))
    tally.outcomes[kind, outcome.codes] += 1
    tally.slowest = max(tally.slowest, (outcome.seconds, number))
    if outcome.traceback:
        tally.faults.append((number, *outcome.codes, outcome.traceback))


def _compare(ruby: real_ruby.Ruby, sampled: dict[Path, str], tally: Tally) -> None:
    for path, (agreement, more) in zip(sampled, ruby.compare([*sampled]), strict=True):
        tally.comparisons[sampled[path], agreement] += 1
        if agreement in real_ruby.MISMATCHES:
            tally.faults.append((int(path.stem), agreement, more))


def run(options: Options, workers: int) -> Tally:
    """Read all mutants, in so many processes."""
    tally = Tally()
    os.environ.clear()
    os.environ.update(real_ruby.ENVIRON)
    starts = range(0, options.mutants, _CHUNK)
    stops = [min(start + _CHUNK, options.mutants) for start in starts]
    with ProcessPoolExecutor(workers) as pool:
        for part, stop in zip(pool.map(run_chunk, repeat(options), starts, stops), stops, strict=True):
            tally.add(part)
            for number, what, more in part.faults:
                print(f"--- mutant {number}: {what}\n{more}\n", flush=True)
            if sys.stderr.isatty():
                print(f"\r{stop:,} of {options.mutants:,} ", end="", file=sys.stderr)
    return tally


def main() -> int:
    arguments = _arguments()
    if arguments.show is not None:
        sys.stdout.buffer.write(mutant(arguments.seed, arguments.show, originals()).content)
        return 0
    ruby = real_ruby.Ruby(arguments.ruby, arguments.oracle) if arguments.ruby else None
    options = Options(arguments.seed, arguments.mutants, arguments.sample, ruby)
    tally = run(options, arguments.workers)
    text = report.tables(options, tally)
    print(text)
    if arguments.write:
        report.write(text)
    return 0 if tally.is_good else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mutants", type=int, default=Options.mutants, metavar="N", help="how many to read")
    parser.add_argument("--seed", type=int, default=Options.seed, metavar="S", help="another makes others")
    parser.add_argument("--sample", type=int, default=Options.sample, metavar="N", help="how many to compare")
    parser.add_argument("--ruby", metavar="COMMAND", help="what runs Ruby, as an account that may do nothing")
    parser.add_argument("--oracle", metavar="SCRIPT", help="prints a gitlab.rb's settings as JSON")
    parser.add_argument("--show", type=int, metavar="NUMBER", help="print one mutant")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), metavar="N", help="processes")
    parser.add_argument("--write", action="store_true", help="write the tables to docs/reliability.md")
    arguments = parser.parse_args()
    if bool(arguments.ruby) != bool(arguments.oracle):
        parser.error("--ruby and --oracle belong together")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
