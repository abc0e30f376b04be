"""Processes as /proc shows them, each with an identity that outlasts its pid."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_GONE = "ZX"  # a zombie has ended: all that is left of it is its exit code


@dataclass(frozen=True, slots=True)
class Process:
    """One process. *pid* and *started* together are its identity: a pid alone is handed out again."""

    pid: int
    started: int  # clock ticks after boot (proc(5), stat, field 22)
    parent: int = field(compare=False)  # changes when the parent ends
    name: str = field(compare=False)  # the program's file name, cut at 15 bytes by the kernel

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
        text = Path(f"/proc/{pid}/stat").read_text(errors="replace")
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
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal() and (process := read(int(entry.name))):
            yield process


def in_our_pid_namespace(pid: int) -> bool:
    """Whether *pid* is known not to be a container's, whose paths would mean other files than ours."""
    try:
        return Path(f"/proc/{pid}/ns/pid").readlink() == Path("/proc/self/ns/pid").readlink()
    except OSError:
        return False


def command_line(pid: int) -> tuple[str, ...]:
    """The arguments of *pid*, the program first; empty where it has ended."""
    return _strings(pid, "cmdline")


def environment(pid: int) -> tuple[str, ...]:
    """The ``NAME=value`` entries *pid* was started with; empty where they may not be seen."""
    return _strings(pid, "environ")


def _strings(pid: int, name: str) -> tuple[str, ...]:
    raw = b""
    with suppress(OSError):
        raw = Path(f"/proc/{pid}/{name}").read_bytes()
    raw = raw.rstrip(b"\0")  # a program that renames itself pads with NULs
    return tuple(os.fsdecode(part) for part in raw.split(b"\0")) if raw else ()
