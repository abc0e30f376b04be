"""What logs cost: a day of a busy registry scanned, beside ripgrep and zgrep with as many patterns, and a
log followed, beside tail.

usage: benchmarks/logs.py [--rounds N] [--megabytes N] [--only scan-logs|tail-logs] [--write]

Exits 1 where a limit is passed or a count is wrong. --write puts the tables into docs/performance.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from log_tail import followed
from log_text import day
from timing import ENVIRONMENT, GLCTL, Case, medians, table, within_limits

from glctl.logs.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
ARCHIVE = 4  # part of the log that is compressed, too
IN_MEMORY = "/dev/shm"  # where a log that grows is: how quickly a disk takes it is not glctl's
MEMORY = 100  # MB that scan-logs may have resident
_LAST_HOUR = ["--since", "2026-11-24T23:00:00Z"]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each runs (5)")
    parser.add_argument("--megabytes", type=int, default=2000, metavar="N", help="of the log (2000)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    parser.add_argument("--only", choices=["scan-logs", "tail-logs"], help="measure only this command")
    options = parser.parse_args()
    measures: dict[str, Callable[[Path], tuple[str, bool]]] = {
        "scan-logs": lambda directory: scanned(directory, options.megabytes * 1_000_000, options.rounds),
        "tail-logs": lambda directory: followed(directory, options.rounds),
    }
    all_good = True
    for command in [options.only] if options.only else measures:
        with tempfile.TemporaryDirectory(dir=IN_MEMORY if command == "tail-logs" else None) as directory:
            text, good = measures[command](Path(directory))
        print(text)
        all_good = all_good and good
        if options.write:
            write(command, text)
    return 0 if all_good else 1


def write(command: str, text: str) -> None:
    """Put the *text* about *command* into the document."""
    document = DOCUMENT.read_text()
    mark = f"<!-- {command}: begin -->"
    begin, end = document.index(mark) + len(mark), document.index(f"<!-- {command}: end -->")
    DOCUMENT.write_text(f"{document[:begin]}\n{text}\n{document[end:]}")


def scanned(directory: Path, size: int, rounds: int) -> tuple[str, bool]:
    """The tables, and whether all limits were kept and all counts are right."""
    log, archive = directory / "day.log", directory / "old.log.gz"
    expected: Counter[str] = Counter()
    with log.open("wb") as plain, gzip.open(archive, "wb", 6) as packed:
        written = 0
        for block, shown in day(size):
            plain.write(block)
            expected += shown
            written += len(block)
            if written * ARCHIVE < size:
                packed.write(block)
    patterns, extended = directory / "patterns", directory / "extended"
    patterns.write_text("".join(f"{pattern}\n" for pattern in (ripgreps(rule.pattern) for rule in RULES)))
    extended.write_text(zgreps(patterns.read_text()))
    without = directory / "without"
    without.mkdir()
    (without / "isal.py").write_text("raise ImportError\n")

    scan = [GLCTL, "scan-logs", "--format", "json"]
    slow = {"PYTHONPATH": str(without)}
    whole = [
        Case("rg -c --no-unicode -f", ["rg", "-c", "--no-unicode", "-f", str(patterns), str(log)]),
        Case("glctl scan-logs", [*scan, str(log)], 0.45, code=1),
        Case("glctl scan-logs --top", [*scan, "--top", str(log)]),
    ]
    hour = [Case("glctl scan-logs", [*scan, str(log)], code=1)]
    hour += [Case("… the last hour of the day", [*scan, *_LAST_HOUR, str(log)], 0.08, code=1)]
    zgrep = ["zgrep", "-c", "-E", "-f", str(extended), str(archive)]
    packed_cases = [
        Case("zgrep -c -E -f", zgrep, more={"LC_ALL": "C.UTF-8"}),
        Case("… in the locale C", zgrep, more={"LC_ALL": "C"}),
        Case("glctl scan-logs, without isal", [*scan, str(archive)], 0.65, slow, code=1),
        Case("glctl scan-logs, with isal", [*scan, str(archive)], 0.35, code=1),
    ]
    wrong = differences(scan, log, expected)
    parts = [
        f"{size / 1e9:g} GB of plain text, {len(RULES)} rules, {expected.total():,} lines that show one."
    ]
    parts.append(f"Counts of {len(expected)} codes: " + ("all right." if not wrong else f"wrong: {wrong}."))
    good = not wrong
    for cases in (whole, hour, packed_cases):
        taken = medians(cases, rounds)
        parts.append(table(cases, taken))
        heavy = [each for case, each in zip(cases, taken, strict=True) if "glctl" in case.name]
        good = good and within_limits(cases, taken) and all(each.megabytes < MEMORY for each in heavy)
    return "\n\n".join(parts), good


def differences(scan: list[str], log: Path, expected: Counter[str]) -> dict[str, tuple[int, int]]:
    """The codes whose count is not that of the lines that were written: these, and what was counted."""
    done = subprocess.run([*scan, str(log)], env=ENVIRONMENT, capture_output=True, check=False)
    counted = {finding["code"]: finding["count"] for finding in json.loads(done.stdout)["findings"]}
    codes = expected.keys() | counted.keys()
    both = {code: (expected[code], counted.get(code, 0)) for code in sorted(codes)}
    return {code: pair for code, pair in both.items() if pair[0] != pair[1]}


def ripgreps(pattern: str) -> str:
    """A rule's regular expression for raw lines: without its anchors and look-aheads, which rg has not."""
    pattern = re.sub(r"^\^\(\?:\[\\w \]\+: \)\*", "", pattern)  # what was being done
    pattern = re.sub(r"\(\?![^)]*\)", "", re.sub(r"\(\?P<\w+>", "(?:", pattern))
    pattern = re.sub(r"^\^|(?<!\\)\$", "", pattern)
    return pattern.replace(r"\n(?:.*\n)*?.*", ".*").replace(r"\n", ".").replace('"', ".")


def zgreps(patterns: str) -> str:
    """*patterns* as POSIX's extended regular expressions."""
    return patterns.replace("(?:", "(").replace(r"\d", "[0-9]").replace("*?", "*").replace("+?", "+")


if __name__ == "__main__":
    sys.exit(main())
