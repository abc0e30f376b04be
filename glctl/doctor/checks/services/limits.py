"""Limits of what runs: descriptors that are nearly used up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_NEARLY, _LAST = 0.8, 0.95  # of the limit: a warning, an error


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Compare the descriptors of each process with its limit."""
    from glctl.services.usage import children

    seen = []
    for name in ("registry", "nginx"):
        pid = facts.services()[name].status.pid if facts.is_up(name) else None
        for each in (pid, *children(pid)) if pid else ():
            counted = _descriptors(each)
            if counted is None:
                continue
            opened, limit = counted
            seen.append(f"{name} {opened} of {limit}")
            if opened >= _NEARLY * limit:
                yield found(
                    "too-many-open-files",
                    name,
                    f"{name} (pid {each}) has {opened} files and connections open, of {limit} that it may.",
                    severity="error" if opened >= _LAST * limit else "warning",
                )
    if not seen:
        raise NotTriedError("nothing runs whose descriptors may be seen")
    return ", ".join(seen)


def _descriptors(pid: int) -> tuple[int, int] | None:
    """How many *pid* has open, and how many it may; None where that may not be seen, or is not limited."""
    try:
        opened = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
        limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    except OSError:
        return None
    line = next((line.split() for line in limits if line.startswith("Max open files")), [])
    return (opened, int(line[3])) if len(line) > 3 and line[3].isdigit() else None


CHECK = Check("open-files", "No service is about to run out of descriptors.", run, requires=("supervisor",))
