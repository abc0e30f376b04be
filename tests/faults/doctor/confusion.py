"""The confusion table, for docs/doctor.md: what was made, and what the doctor found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pairs import excluded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness import Outcome, Report

_DOCUMENT = Path(__file__).parents[3] / "docs" / "doctor.md"
_BEGIN, _END = "<!-- faults: begin -->", "<!-- faults: end -->"
_TITLES = ("fault", "how it is made", "root cause", "with `--write`", "by default", "seconds")


def table(outcomes: Sequence[Outcome]) -> str:
    """All that is told of a campaign, as Markdown."""
    singles = [each for each in outcomes if each.causes and len(each.faults) == 1]
    pairs = [each for each in outcomes if len(each.faults) > 1]
    healthy = [each for each in outcomes if not each.causes]
    parts = [
        _summary(singles, pairs, healthy),
        _lines(_TITLES, (_single(each) for each in singles)),
        "Two at once: each fault in one pair, where it is independent of another. It is not where",
        "\n".join(f"- {why} ({count:,} pairs)" for why, count in excluded(singles).most_common()),
        _lines(("faults", *_TITLES[2:]), (_pair(each) for each in pairs)),
        "Healthy, where nothing may be found:",
        _lines(("variant", "how it is made", *_TITLES[3:]), (_variant(each) for each in healthy)),
    ]
    return "\n\n".join(parts)


def write(text: str) -> None:
    """Put the table into the document, between its marks."""
    document = _DOCUMENT.read_text()
    begin, end = document.index(_BEGIN) + len(_BEGIN), document.index(_END)
    _DOCUMENT.write_text(f"{document[:begin]}\n{text}\n{document[end:]}")


def _summary(singles: Sequence[Outcome], pairs: Sequence[Outcome], healthy: Sequence[Outcome]) -> str:
    made = told = right = 0
    tried = [each for each in (*singles, *pairs, *healthy) if each.with_write]
    for each in tried:
        expected, found = set(each.causes), _causes(each.with_write)
        made, told, right = made + len(expected), told + len(found), right + len(expected & found)
    skipped = sum(bool(each.skipped) for each in (*singles, *pairs, *healthy))
    return (
        f"{len(singles)} faults, {len(pairs)} pairs of them and {len(healthy)} healthy variants"
        f"{f', of which {skipped} could not be made here' if skipped else ''}: of {made} root causes {right} "
        f"were found (recall {_share(right, made)}), and of {told} that were told {right} were right "
        f"(precision {_share(right, told)})."
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}".replace(".0%", "%") if whole else "100 %"


def _single(outcome: Outcome) -> Iterable[str]:
    fault = outcome.faults[0]
    return (fault.name, fault.how.splitlines()[0], f"`{fault.cause}`", *_found(outcome))


def _pair(outcome: Outcome) -> Iterable[str]:
    causes = ", ".join(f"`{cause}`" for cause in outcome.causes)
    return (" and ".join(outcome.names), causes, *_found(outcome))


def _variant(outcome: Outcome) -> Iterable[str]:
    fault = outcome.faults[0]
    return (fault.name, fault.how.splitlines()[0], *_found(outcome))


def _found(outcome: Outcome) -> tuple[str, str, str]:
    if outcome.skipped:
        return outcome.skipped, "", ""
    not_tried = [name for fault in outcome.faults for name in fault.write_only]
    by_default = _judged(outcome, outcome.by_default)
    missed = set(outcome.causes) - _causes(outcome.by_default)
    if missed and not_tried and by_default.startswith("missed"):
        by_default = f"not tried: {', '.join(not_tried)}"
    return _judged(outcome, outcome.with_write), by_default, f"{outcome.seconds:.1f}"


def _judged(outcome: Outcome, report: Report | None) -> str:
    """What a report holds of what was made, in words."""
    if report is None:
        return "no report"
    found, expected = _causes(report), set(outcome.causes)
    if missed := expected - found:
        return f"missed: {', '.join(sorted(missed))}"
    if more := found - expected:
        return f"also {', '.join(sorted(more))}"
    return "found" if expected else "nothing"


def _causes(report: Report | None) -> set[str]:
    return set(report["root_causes"]) if report else set()


def _lines(titles: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    cells = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)
