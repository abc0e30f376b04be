"""gitlab.rb files, and what a real Omnibus 19.3 made of each: glctl makes the same, but for the differences.

expected.json holds ``steps``: [0] for gitlab.rb, [1] for then1.rb on what [0] left. ``seed/`` lies there
first.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from differences import DIFFERENCES, UNREADABLE, adjusted
from outcome import Disk, Step, converge, expected, gitlab_rbs, omnibus_version, prepared, with_secret

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/expected.json"))


@cache
def compare(case: Path) -> tuple[list[Step], list[Step], set[str]]:
    """What must come of each step, what does, and which differences were met."""
    with TemporaryDirectory() as folder:
        return _compare(case, Path(folder))


def _compare(case: Path, folder: Path) -> tuple[list[Step], list[Step], set[str]]:
    disk = prepared(case)
    wanted, made, met = [], [], set()
    for gitlab_rb, recorded in zip(gitlab_rbs(case), expected(case), strict=True):
        settings, ours = converge(gitlab_rb, disk, folder, omnibus_version(case))
        theirs, names = adjusted(recorded, settings)
        met |= names
        wanted.append(_comparable(theirs, disk))
        made.append(_comparable(ours, disk))
    return wanted, made, met


def _comparable(step: Step, disk: Disk) -> Step:
    if step["exit"]:
        return {"exit": 1}  # where Omnibus stops half-way, what it has left does not matter
    if isinstance(step.get("registry_config"), dict):
        step = {**step, "registry_config": with_secret(step["registry_config"], disk)}
    return {**step, "files": sorted(step["files"])}


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
    rules = Path(__file__).with_name("differences.py").read_text()
    assert not [case.name for case in CASES if case.name in rules]


def test_the_cases_are_here() -> None:
    assert len(CASES) == 201
