"""The tables of a campaign, for docs/reliability.md."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from mutants import KINDS, PROJECT
from reading import CRASHED, HUNG, SECONDS
from real_ruby import BOTH, MISMATCHES, NEITHER, STRICTER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from campaign import Options, Tally

_DOCUMENT = PROJECT / "docs" / "reliability.md"
_BEGIN, _END = "<!-- mutations: begin -->", "<!-- mutations: end -->"


def tables(options: Options, tally: Tally) -> str:
    """All that is told of a campaign, as Markdown."""
    seconds, slowest = tally.slowest
    parts = [
        f"{options.mutants:,} mutants, seed {options.seed}.",
        f"The slowest, mutant {slowest}, took {seconds:.2f} s; {SECONDS} s are allowed.",
        f"A worker took {tally.peak} MB at most, and grew by {tally.growth} MB after its first mutants.",
        _outcomes(tally),
        _codes(tally),
    ]
    if tally.comparisons:
        count = sum(tally.comparisons.values())
        parts += [f"{count:,} of them compared with Ruby:", _comparisons(tally)]
    return "\n\n".join(parts)


def write(text: str) -> None:
    """Put the tables into the document, between its marks."""
    document = _DOCUMENT.read_text()
    begin, end = document.index(_BEGIN) + len(_BEGIN), document.index(_END)
    _DOCUMENT.write_text(f"{document[:begin]}\n{text}\n{document[end:]}")


def _outcomes(tally: Tally) -> str:
    counts: Counter[tuple[str, str]] = Counter()
    for (kind, codes), count in tally.outcomes.items():
        outcome = {(): "accepted", (CRASHED,): CRASHED, (HUNG,): HUNG}.get(codes, "refused")
        counts[kind, outcome] += count
    return _crossed("mutation", KINDS, ("accepted", "refused", CRASHED, HUNG), counts)


def _codes(tally: Tally) -> str:
    counts: Counter[str] = Counter()
    for (_, codes), count in tally.outcomes.items():
        counts.update(dict.fromkeys(codes, count))
    return _table(("refused with", "mutants"), sorted(counts.items(), key=lambda row: (-row[1], row[0])))


def _comparisons(tally: Tally) -> str:
    return _crossed("mutation", KINDS, (BOTH, NEITHER, STRICTER, *MISMATCHES), tally.comparisons)


def _crossed(
    title: str, rows: Iterable[str], columns: Sequence[str], counts: Counter[tuple[str, str]]
) -> str:
    lines = [[row, *(counts[row, column] for column in columns)] for row in rows]
    total = ["all", *(sum(line[n] for line in lines) for n in range(1, len(columns) + 1))]
    return _table([title, *columns], [*lines, total])


def _table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [titles, ["---", *["---:"] * (len(titles) - 1)], *rows]
    text = "\n".join(
        "| " + " | ".join(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in line) + " |"
        for line in lines
    )
    return re.sub(r" ---:? ", lambda match: match[0].strip(), text)
