"""The log services: svlogd, without which a service stops as soon as it has said enough to fill a pipe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.doctor import run_script
from glctl.doctor.check import Check, NotTriedError
from glctl.findings.found import found
from glctl.paths import SV_DIR

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_FULL = 0.01, 100e6  # of a file system, and bytes: both must be below, as on a disk that nothing fits on


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look at each enabled service's log service, and where it writes."""
    services = facts.services()
    if not services:
        raise NotTriedError("no service is enabled here")
    for name, seen in services.items():
        if seen.status.is_supervised:
            yield from _judge(facts, name)
    return ", ".join(services)


def _judge(facts: Facts, name: str) -> Iterator[Finding]:
    from glctl.services.runit import look

    directory = facts.observed.root.at(SV_DIR) / name / "log"
    status = look(directory)
    if status.state == "not installed":
        return  # then runsv gives the service's output to whoever started it
    place = _place(directory)
    yield from _place_is_wrong(name, place)
    if not status.is_up:
        yield found(
            "log-service-down",
            f"{name}/log",
            f"Nothing takes what {name} says: its svlogd does not run ({status}).",
            cause="Once the pipe between the two is full, after 64 KiB, the service stands still.",
            remedy="glctl reconfigure",
        )
    elif status.pid and place and (lost := _lost(status.pid, place)):
        yield found(
            "log-file-lost",
            f"{name}/log",
            f"What {name} says goes into a file that is gone: {lost} was removed under svlogd.",
            remedy=f"glctl reconfigure\nsv -w 7 force-restart {directory}",
        )


def _place(directory: Path) -> Path | None:
    """Where svlogd writes, by its run script."""
    try:
        script = run_script.read((directory / "run").read_bytes())
    except FileNotFoundError:
        return None
    return Path(script.path(script.words[-1])) if script.words else None


def _place_is_wrong(name: str, place: Path | None) -> Iterator[Finding]:
    if place is None:
        return
    if not place.is_dir():
        yield found(
            "log-directory-missing",
            str(place),
            f"{place}, where {name} logs, is not there.",
            remedy="glctl reconfigure",
        )
        return
    info = os.statvfs(place)
    left, share = info.f_bavail * info.f_frsize, info.f_bavail / (info.f_blocks or 1)
    inodes = info.f_favail / info.f_files if info.f_files else 1.0
    if (share < _FULL[0] and left < _FULL[1]) or inodes < _FULL[0]:
        what = f"{left / 1e6:.0f} MB" if share < _FULL[0] else f"{inodes:.0%} of the inodes"
        yield found(
            "log-directory-full",
            str(place),
            f"{place}, where {name} logs, is as good as full: {what} free.",
        )
    elif info.f_flag & os.ST_RDONLY:
        yield found(
            "log-directory-full",
            str(place),
            f"{place}, where {name} logs, is mounted read-only.",
            remedy=f"See why (dmesg: a disk that fails?), then: mount -o remount,rw {place}",
        )


def _lost(pid: int, place: Path) -> str:
    """The file that svlogd writes and nobody else can see; empty where all is well, or may not be seen."""
    from glctl.services.processes import link_text

    try:
        opened = [link_text(pid, f"fd/{entry.name}") for entry in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:
        return ""
    gone = f"{place}/current (deleted)"
    return f"{place}/current" if gone in opened else ""


CHECK = Check("log-services", "What services say is taken and kept.", run, requires=("supervisor",))
