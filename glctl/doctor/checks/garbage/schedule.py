"""What cron does about garbage: nothing that loses images."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.checks.database.lock_files import mode
from glctl.findings.found import found
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

# The registry's own command keeps no pushes out; gitlab-ctl's and glctl's stop or hold the registry.
_COLLECTS = Pattern(r"\bregistry-garbage-collect\b|\bregistry\s+garbage-collect\b")
_ITSELF = Pattern(r"\bregistry\s+garbage-collect\b")
_UNTAGGED = re.compile(r"\s(?:-m|--delete-untagged)\b")


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Read the jobs of cron."""
    jobs = [(path, line) for path in _tables(facts) for line in _lines(path) if _COLLECTS.search(line)]
    for path, line in jobs:
        if mode(facts) == "on":
            yield found(
                "garbage-job-with-database",
                str(path),
                f"{path} collects garbage offline, and the registry has a metadata database.",
                evidence=[line],
                remedy=f"Remove that line from {path}.",
            )
        elif _ITSELF.search(line):
            deletes = "; with -m, images without a tag, too" if _UNTAGGED.search(line) else ""
            yield found(
                "garbage-job-unprotected",
                str(path),
                f"{path} collects garbage while the registry accepts pushes{deletes}.",
                evidence=[line],
                remedy=f"In {path}, call this instead:\nglctl registry-garbage-collect",
            )
    return f"{len(jobs)} jobs that collect garbage" if jobs else "no job collects garbage"


def _tables(facts: Facts) -> Iterator[Path]:
    root = facts.observed.root
    yield root.at("/etc/crontab")
    for directory in ("/etc/cron.d", "/var/spool/cron/crontabs"):
        try:
            yield from sorted(root.at(directory).iterdir())
        except FileNotFoundError:
            continue


def _lines(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(errors="replace")
    except (FileNotFoundError, IsADirectoryError):
        return
    yield from (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))


CHECK = Check("garbage-jobs", "No job of cron loses images.", run, requires=("configuration",))
