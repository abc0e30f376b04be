"""Acting as a service's account, to learn what it may do."""

from __future__ import annotations

import grp
import os
import pwd
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_TIMEOUT = 5  # seconds; a dead network mount blocks for ever
NO_ANSWER = f"no answer within {_TIMEOUT} s"

# 64 KiB that are really written: an empty file can be made on a full disk, too. dd only makes a new file
# (excl) and names the kernel's reason. The path is an argument of the shell, not text of its script.
_WRITE_AND_REMOVE = """
trap 'rm -f -- "$1"' EXIT
dd if=/dev/zero of="$1" bs=64k count=1 conv=excl status=none
"""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a service runs as. *uid* is None where there is no such account; *groups*: the main one first."""

    name: str
    uid: int | None
    groups: tuple[int, ...] = ()

    @classmethod
    def named(cls, user_and_groups: str) -> Account:
        """The account of chpst's ``user[:group…]``: that user, those groups and no others."""
        user, *groups = user_and_groups.split(":")
        try:
            entry = pwd.getpwnam(user)
            return cls(user, entry.pw_uid, tuple(grp.getgrnam(g).gr_gid for g in groups) or (entry.pw_gid,))
        except KeyError:
            return cls(user_and_groups, None)

    @classmethod
    def numbered(cls, uid: int) -> Account:
        """The account of a process that runs as *uid*."""
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            return cls(str(uid), uid)
        return cls(entry.pw_name, uid, (entry.pw_gid,))

    @classmethod
    def of_group(cls, gid: int) -> Account | None:
        """The account whose main group this is; None for root's, and where there is none."""
        entry = next((e for e in pwd.getpwall() if gid and e.pw_gid == gid), None)
        return cls(entry.pw_name, entry.pw_uid, (gid,)) if entry else None

    @property
    def untakable(self) -> str:
        """Why this process may not act as that account; empty where it may."""
        if self.uid is None:
            return f"there is no account {self.name} here"
        return "" if os.geteuid() in (0, self.uid) else f"only root can try it as {self.name}"

    @property
    def home(self) -> str:
        """Its home directory; empty where there is none."""
        try:
            return pwd.getpwuid(self.uid).pw_dir if self.uid is not None else ""
        except KeyError:
            return ""

    def may(self, info: os.stat_result, wanted: int) -> bool:
        """Whether the mode lets this account do *wanted* (``os.R_OK | …``), whatever access lists say."""
        if self.uid == 0:
            return True
        shift = 6 if info.st_uid == self.uid else 3 if info.st_gid in self.groups else 0
        return info.st_mode >> shift & wanted == wanted


def try_write(directory: Path, account: Account) -> str:
    """Write a file in *directory* as *account* and remove it; returns the kernel's reason, or nothing."""
    import subprocess

    name = directory / f".glctl-doctor-{os.urandom(4).hex()}"
    identity: dict[str, Any] = {}
    if os.geteuid() == 0 and account.uid != 0:
        identity = {"user": account.uid, "group": (*account.groups, None)[0]}
        identity |= {"extra_groups": account.groups[1:]}
    try:
        done = subprocess.run(
            ["/bin/sh", "-c", _WRITE_AND_REMOVE, "sh", str(name)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT,
            check=False,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            **identity,
        )
    except subprocess.TimeoutExpired:
        return NO_ANSWER
    if not done.returncode:
        return ""
    # dd: failed to open '/path/name': Permission denied
    return done.stderr.strip().rpartition(": ")[2] or f"exit code {done.returncode}"
