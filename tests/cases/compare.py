"""Each case: what must come of it, and what does."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from differences import adjusted
from outcome import Disk, Step, converge, expected, gitlab_rbs, omnibus_version, prepared, with_secret

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/expected.json"))


@cache
def compare(case: Path) -> tuple[list[Step], list[Step], set[str]]:
    """What must come of each step, what does, and which differences were met."""
    disk = prepared(case)
    wanted, made, met = [], [], set()
    with TemporaryDirectory() as folder:
        for gitlab_rb, recorded in zip(gitlab_rbs(case), expected(case), strict=True):
            settings, ours = converge(gitlab_rb, disk, Path(folder), omnibus_version(case))
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
