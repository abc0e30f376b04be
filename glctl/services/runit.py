"""runit's service directories: what runsv says about a service, and the pipe that it takes orders from.

No process is started for any of it: a service's state costs one small file.
Layout of the status file: runit 2.1.2 as observed; the pipes: runsv(8).
"""

from __future__ import annotations

import errno
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from glctl.errors import GlctlError

if TYPE_CHECKING:
    from pathlib import Path

State = Literal["run", "down", "finish", "no supervisor", "not installed"]
Want = Literal["up", "down"]

_STATES: tuple[State, ...] = ("down", "run", "finish")  # as the status file numbers them
_STATUS_SIZE = 20
_TAI_OFFSET = 2**62 + 10  # TAI64 label of the Unix epoch; runit counts no leap seconds
_NOBODY_READS = (errno.ENXIO, errno.ENOENT, errno.ENOTDIR)


@dataclass(frozen=True, slots=True)
class Status:
    """What runsv says about a service. Without a runsv only *state* and *normally_up* mean anything."""

    state: State
    pid: int | None = None  # of ./run; ./finish ends within milliseconds, and is none to signal or to measure
    since: float = 0.0  # when the state was entered, Unix seconds
    want: Want | None = None
    paused: bool = False
    terminating: bool = False  # SIGTERM was sent and the process has not ended yet
    normally_up: bool = True  # no file ``down``: runsv starts it by itself

    @property
    def is_supervised(self) -> bool:
        """Whether a runsv looks after the service, so that it can be controlled."""
        return self.state not in ("no supervisor", "not installed")

    @property
    def is_up(self) -> bool:
        """Whether it runs and is neither paused nor on its way out."""
        return self.state == "run" and not self.paused and not self.terminating

    @property
    def seconds(self) -> float:
        """How long it has been in this state; 0 where the clock was set back meanwhile."""
        return max(0.0, time.time() - self.since)

    def __str__(self) -> str:
        """What follows the service's name in sv's output: ``(pid 12) 3s, want down``, ``4s, normally up``."""
        if not self.is_supervised:
            return self.state
        runs = self.state == "run"
        flags = [
            (runs and not self.normally_up, "normally down"),
            (not runs and self.normally_up, "normally up"),
            (self.paused, "paused"),
            (runs and self.want == "down", "want down"),
            (not runs and self.want == "up", "want up"),
            (self.terminating, "got TERM"),
        ]
        pid = f"(pid {self.pid}) " if self.pid else ""
        return ", ".join([pid + in_words(self.seconds), *(text for shown, text in flags if shown)])


def in_words(seconds: float) -> str:
    """A duration in its two largest units: ``59s``, ``3m 20s``, ``5d 2h``."""
    rest = int(seconds)
    parts: list[str] = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, size)
        if count or parts or unit == "s":
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2])


def last_known(directory: Path) -> Status | None:
    """What runsv wrote last about the service directory *directory*, even if it has ended since."""
    try:
        return _unpack((directory / "supervise/status").read_bytes(), normally_up=True)
    except OSError:
        return None


def look(directory: Path) -> Status:
    """The state of the service directory *directory*; that of its log service is ``look(directory / "log")``.

    Raises GlctlError where this user may not see it.
    """
    try:
        if not (directory / "run").exists():
            return Status("not installed")
        normally_up = not (directory / "down").exists()
        raw = (directory / "supervise/status").read_bytes() if _has_runsv(directory) else b""
        return _unpack(raw, normally_up)
    except FileNotFoundError:  # runsv is about to write its first status
        return Status("no supervisor")
    except PermissionError as exc:
        raise _no_permission(directory) from exc


def _unpack(raw: bytes, normally_up: bool) -> Status:
    if len(raw) != _STATUS_SIZE or raw[19] >= len(_STATES):
        return Status("no supervisor", normally_up=normally_up)
    seconds = int.from_bytes(raw[0:8], "big") - _TAI_OFFSET
    state = _STATES[raw[19]]
    return Status(
        state=state,
        pid=None if state == "finish" else int.from_bytes(raw[12:16], "little") or None,
        since=seconds + int.from_bytes(raw[8:12], "big") / 1e9,
        want="up" if raw[17:18] == b"u" else "down",
        paused=bool(raw[16]),
        terminating=bool(raw[18]),
        normally_up=normally_up,
    )


def write_control(directory: Path, letters: bytes) -> bool:
    """Give runsv its orders, one letter each; False where there is no runsv.

    Raises GlctlError where this user may not.
    """
    try:
        pipe = _open_pipe(directory / "supervise/control")
    except PermissionError as exc:
        raise _no_permission(directory) from exc
    except OSError as exc:
        if exc.errno in _NOBODY_READS:
            return False
        raise
    try:
        os.write(pipe, letters)
    except BrokenPipeError:
        return False
    finally:
        os.close(pipe)
    return True


def _has_runsv(directory: Path) -> bool:
    """Whether a runsv holds ``supervise/ok`` open, which is what the pipe is for."""
    try:
        os.close(_open_pipe(directory / "supervise/ok"))
    except OSError as exc:
        if exc.errno in _NOBODY_READS:
            return False
        raise
    return True


def _open_pipe(path: Path) -> int:
    """Open a pipe for writing; ENXIO where nobody reads it."""
    return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)


def _no_permission(directory: Path) -> GlctlError:
    return GlctlError(
        f"This user may not control {directory.name}, nor see its state: no permission for {directory}.",
        "Run glctl as root, or as the user whose runsvdir it is.",
    )
