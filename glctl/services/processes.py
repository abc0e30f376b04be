"""Processes as /proc shows them, each with an identity that outlasts its pid."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_GONE = "ZX"  # a zombie has ended: all that is left of it is its exit code


@dataclass(frozen=True, slots=True)
class Process:
    """One process. *pid* and *started* together are its identity: a pid alone is handed out again."""

    pid: int
    started: int  # clock ticks after boot (proc(5), stat, field 22)
    parent: int = field(compare=False)  # changes when the parent ends
    name: str = field(compare=False)  # the program's file name, cut at 15 bytes by the kernel

    @property
    def began(self) -> float:
        """When it was started, Unix seconds by the clock of now."""
        boot = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
        return boot + self.started / _TICKS_PER_SECOND

    def is_alive(self) -> bool:
        """Whether this very process, not a later one of the same pid, still runs."""
        return (now := read(self.pid)) is not None and now.started == self.started

    def send(self, number: signal.Signals) -> bool:
        """Signal this very process; False where it has ended. Raises PermissionError."""
        try:
            descriptor = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return False
        try:
            # From here on the descriptor names one process: what is alive now cannot be confused any more.
            if not self.is_alive():
                return False
            signal.pidfd_send_signal(descriptor, number)
        except ProcessLookupError:
            return False
        finally:
            os.close(descriptor)
        return True


def read(pid: int) -> Process | None:
    """The process *pid*, or None where there is none that still runs."""
    try:
        with open(f"/proc/{pid}/stat", errors="replace") as file:  # not a Path: many are read
            text = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name stands in parentheses and may hold spaces and parentheses itself.
    name, _, rest = text.partition("(")[2].rpartition(") ")
    fields = rest.split()
    if fields[0] in _GONE:
        return None
    return Process(pid=pid, started=int(fields[19]), parent=int(fields[1]), name=name)


def everyone() -> Iterator[Process]:
    """All processes that can be seen."""
    with os.scandir("/proc") as entries:
        for entry in entries:
            if entry.name.isdecimal() and (process := read(int(entry.name))):
                yield process


def with_descendants(pids: Iterable[int], processes: Iterable[Process]) -> set[int]:
    """*pids* and those of *processes* that descend from them."""
    found = set(pids)
    processes = tuple(processes)
    while more := {process.pid for process in processes if process.parent in found} - found:
        found |= more
    return found


def is_contained(pid: int) -> bool:
    """Whether *pid* is known to be a container's: the paths it mentions then mean other files than ours."""
    return link(pid, "ns/pid") not in (link(os.getpid(), "ns/pid"), Path())


def link(pid: int, name: str) -> Path:
    """Where ``/proc/PID/NAME`` (``cwd``, ``fd/1``) leads; the empty path where it may not be seen."""
    return Path(link_text(pid, name))


def link_text(pid: int, name: str) -> str:
    """As :func:`link`, quickly: what it says, such as ``pipe:[4711]``; empty where it may not be seen."""
    try:
        return os.readlink(f"/proc/{pid}/{name}")  # noqa: PTH115 - thousands are read
    except OSError:
        return ""


def command_line(pid: int) -> tuple[str, ...]:
    """The arguments of *pid*, the program first; empty where it has ended."""
    return _strings(pid, "cmdline")


def environment(pid: int) -> tuple[str, ...]:
    """The ``NAME=value`` entries *pid* was started with; empty where they may not be seen."""
    return _strings(pid, "environ")


def _strings(pid: int, name: str) -> tuple[str, ...]:
    raw = b""
    with suppress(OSError), open(f"/proc/{pid}/{name}", "rb") as file:
        raw = file.read()
    raw = raw.rstrip(b"\0")  # a program that renames itself pads with NULs
    return tuple(os.fsdecode(part) for part in raw.split(b"\0")) if raw else ()
