"""gitlab.rb files, and what a real Omnibus 19.3 made of each: glctl makes the same, but for the differences.

expected.json holds ``steps``: [0] for gitlab.rb, [1] for then1.rb on what [0] left. ``seed/`` lies there
first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from compare import CASES, compare
from differences import DIFFERENCES, UNREADABLE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_glctl_makes_what_omnibus_makes(case: Path) -> None:
    wanted, made, _ = compare(case)
    for number, (theirs, ours) in enumerate(zip(wanted, made, strict=True)):
        for key in sorted(theirs.keys() | ours.keys()):  # one by one: a shorter message
            if theirs.get(key) is not UNREADABLE:
                assert ours.get(key) == theirs.get(key), f"step {number}, {key}"


def test_every_difference_is_met_by_some_case() -> None:
    met = {name for case in CASES for name in compare(case)[2]}
    assert met == {difference.name for difference in DIFFERENCES}


def test_no_difference_names_a_case() -> None:
    rules = CASES[0].with_name("differences.py").read_text()
    assert not [case.name for case in CASES if case.name in rules]


def test_the_cases_are_here() -> None:
    assert len(CASES) == 201
