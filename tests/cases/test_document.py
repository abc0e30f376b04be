"""docs/differences.md is what the rules and the cases make of it."""

from __future__ import annotations

from pathlib import Path

from differences import DIFFERENCES
from document import document

DOCUMENT = Path(__file__).parents[2] / "docs" / "differences.md"


def test_it_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == document()


def test_it_gives_each_rule_once() -> None:
    rows = [line.split(" | ")[0].removeprefix("| ") for line in DOCUMENT.read_text().splitlines()]
    assert [rows.count(difference.name) for difference in DIFFERENCES] == [1] * len(DIFFERENCES)
