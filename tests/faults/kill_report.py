"""The kill table, for docs/reliability.md."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bench import DISTURBANCES, FAULTY, HELD, NOT_REACHED, Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
_BEGIN, _END = "<!-- kill-table: begin -->", "<!-- kill-table: end -->"


def table(points: Mapping[str, Sequence[str]], results: Iterable[Result], sources: str) -> str:
    """All that is told of a campaign, as Markdown: of the points that there are now. *sources*: glctl's."""
    known = [each for each in results if each.point in points.get(each.scenario, ())]
    counts = Counter((each.scenario, each.disturbance, each.outcome) for each in known)
    titles = ("run", "points", *DISTURBANCES)
    lines = [
        _line(titles),
        _line(["---", *["---:"] * (len(titles) - 1)]),
        *(_line([name, len(listed), *_cells(name, len(listed), counts)]) for name, listed in points.items()),
    ]
    total = sum(map(len, points.values())) * len(DISTURBANCES)
    outcomes = Counter(each.outcome for each in known)
    earlier = sum(each.sources != sources for each in known)
    told = (
        f"{total:,} disturbances, of which {len(known):,} were tried: {outcomes[HELD]:,} held, "
        f"{outcomes[FAULTY]:,} did not, {outcomes[NOT_REACHED]:,} were not reached in three runs."
    )
    if earlier:
        told += f" {earlier:,} were tried with an earlier glctl."
    faults = [_fault(each) for each in known if each.outcome == FAULTY]
    return "\n".join([told, "", *lines, *([""] * bool(faults)), *faults])


def write(text: str) -> None:
    """Put the table into the document, between its marks."""
    document = _DOCUMENT.read_text()
    begin, end = document.index(_BEGIN) + len(_BEGIN), document.index(_END)
    _DOCUMENT.write_text(f"{document[:begin]}\n{text}\n{document[end:]}")


def _cells(name: str, listed: int, counts: Counter[tuple[str, str, str]]) -> list[str]:
    """Held of tried; of how many, where not all have been tried."""
    cells = []
    for disturbance in DISTURBANCES:
        held, faulty, missed = (counts[name, disturbance, each] for each in (HELD, FAULTY, NOT_REACHED))
        tried = held + faulty + missed
        cells.append(f"{held} of {tried}" + (f" ({listed - tried} to be tried)" if tried < listed else ""))
    return cells


def _line(cells: Iterable[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _fault(result: Result) -> str:
    why = result.why[0].splitlines()[0]
    more = f" (and {len(result.why) - 1} more)" if len(result.why) > 1 else ""
    return f"- {result.scenario}, {result.disturbance} at `{result.point}`: {why}{more}"
