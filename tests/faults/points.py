"""Which system calls of a run are points at which it is disturbed, and what each is called.

A point is named after its call, what it concerns, and its number among those of that name, as
``renameat /var/opt/gitlab/registry/config.yml #1``: the same in each run, whatever else the machine does.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracer import Call, Disturbance

# Every call that writes, renames, syncs, signals or starts something: number on x86_64, name, and which
# arguments say what it concerns: d a descriptor, p a path, a a path beside a directory's descriptor.
_CALLS = {
    1: ("write", "d"),
    2: ("open", "p"),
    18: ("pwrite64", "d"),
    20: ("writev", "d"),
    40: ("sendfile", "d"),
    44: ("sendto", "d"),
    46: ("sendmsg", "d"),
    56: ("clone", ""),
    57: ("fork", ""),
    58: ("vfork", ""),
    59: ("execve", "p"),
    62: ("kill", ""),
    74: ("fsync", "d"),
    75: ("fdatasync", "d"),
    76: ("truncate", "p"),
    77: ("ftruncate", "d"),
    82: ("rename", ".p"),
    83: ("mkdir", "p"),
    84: ("rmdir", "p"),
    85: ("creat", "p"),
    86: ("link", ".p"),
    87: ("unlink", "p"),
    88: ("symlink", ".p"),
    90: ("chmod", "p"),
    91: ("fchmod", "d"),
    92: ("chown", "p"),
    93: ("fchown", "d"),
    94: ("lchown", "p"),
    132: ("utime", "p"),
    133: ("mknod", "p"),
    200: ("tkill", ""),
    234: ("tgkill", ""),
    257: ("openat", "a"),
    258: ("mkdirat", "a"),
    259: ("mknodat", "a"),
    260: ("fchownat", "a"),
    263: ("unlinkat", "a"),
    264: ("renameat", "..a"),
    265: ("linkat", "..a"),
    266: ("symlinkat", ".a"),
    268: ("fchmodat", "a"),
    280: ("utimensat", "a"),
    285: ("fallocate", "d"),
    316: ("renameat2", "..a"),
    322: ("execveat", "a"),
    326: ("copy_file_range", "..d"),
    424: ("pidfd_send_signal", ""),
    435: ("clone3", ""),
    437: ("openat2", "a"),
}
_OPEN_FLAGS = {2: 1, 257: 2}  # which argument holds them
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CLONE = 56
_CLONE_THREAD = 0x10000
_AT_FDCWD = -100
# A look at a service opens its pipe and writes nothing; how often, depends on how long it takes to come up.
# A request to it is repeated until it is answered: the first stands for all.
_ONLY_LOOKS = "/supervise/ok"
_REPEATED = ("sendto ", "write pipe", "openat /proc/")


@dataclass
class Points:
    """Names the points of one run in *root*, whose temporary files lie in *temporary*."""

    root: Path
    temporary: Path
    seen: Counter[str] = field(default_factory=Counter)

    def name(self, call: Call) -> str | None:
        """The name of the point that *call* is; None where it is none."""
        if call.number not in _CALLS or (call.is_child and call.number != 59):
            return None
        if call.number == _CLONE and call.argument(0) & _CLONE_THREAD:
            raise AssertionError("glctl starts a thread here, whose system calls nobody sees")
        flags = _OPEN_FLAGS.get(call.number)
        if flags is not None and not call.argument(flags) & _WRITES:
            return None
        name, arguments = _CALLS[call.number]
        text = " ".join(filter(None, (name, self._short(_concerned(call, arguments)))))
        self.seen[text] += 1
        if text.endswith(_ONLY_LOOKS) or (text.startswith(_REPEATED) and self.seen[text] > 1):
            return None
        return f"{text} #{self.seen[text]}"

    def _short(self, path: str) -> str:
        path = "/" if path == str(self.root) else path.replace(f"{self.root}/", "/")
        path = re.sub(rf"^{self.temporary}/(glctl-)?[\w-]+", r"$TMPDIR/\1*", path)
        path = re.sub(r"^(pipe|socket|anon_inode):.*", r"\1", path)
        return re.sub(r"^/proc/\d+", "/proc/*", path)


@dataclass
class Listing:
    """Decides nothing, and lists all points in their order."""

    points: Points
    found: list[str] = field(default_factory=list)

    def decide(self, call: Call) -> Disturbance | None:
        if name := self.points.name(call):
            self.found.append(name)
        return None


@dataclass
class At:
    """Disturbs at one point."""

    points: Points
    point: str
    disturbance: Disturbance

    def decide(self, call: Call) -> Disturbance | None:
        return self.disturbance if self.points.name(call) == self.point else None


def _concerned(call: Call, arguments: str) -> str:
    """The path that a call concerns, or stdout, stderr, pipe, socket."""
    for index, kind in enumerate(arguments):
        if kind == "p":
            return call.text(index)
        if kind == "d":
            return _descriptor(call.pid, call.argument(index))
        if kind == "a":
            # An int is passed in the lower half of a register.
            directory = (call.argument(index) & 0xFFFFFFFF) - (1 << 32) * (call.argument(index) >> 31 & 1)
            path = call.text(index + 1)
            if directory == _AT_FDCWD or path.startswith("/"):
                return path
            return os.path.normpath(f"{_descriptor(call.pid, directory)}/{path}")
    return ""


def _descriptor(pid: int, number: int) -> str:
    if number in (1, 2):
        return ("stdout", "stderr")[number - 1]
    return str(Path(f"/proc/{pid}/fd/{number}").readlink())
