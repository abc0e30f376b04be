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


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a service runs as. *uid* and *gid* are None where there is no such account."""

    name: str
    uid: int | None
    gid: int | None

    @classmethod
    def named(cls, user_and_group: str) -> Account:
        """The account of chpst's ``user:group``; whoever runs glctl where that is empty."""
        if not user_and_group:
            return cls(_name(os.geteuid()), os.geteuid(), os.getegid())
        user, _, group = user_and_group.partition(":")
        try:
            entry = pwd.getpwnam(user)
            gid = grp.getgrnam(group).gr_gid if group else entry.pw_gid
        except KeyError:
            return cls(user_and_group, None, None)
        return cls(user, entry.pw_uid, gid)

    @property
    def can_be_taken(self) -> bool:
        """Whether this process may act as that account."""
        return self.uid is not None and os.geteuid() in (0, self.uid)


def try_write(directory: Path, account: Account) -> str:
    """Make a file in *directory* as *account* and remove it; returns why that failed, or nothing."""
    import subprocess

    name = directory / f".glctl-doctor-{os.getpid()}"
    # As chpst does: that user, that group and no other.
    identity: dict[str, Any] = {}
    if os.geteuid() == 0:
        identity = {"user": account.uid, "group": account.gid, "extra_groups": []}
    try:
        # The shell creates ("set -C": only a new file) and removes it; the path is an argument, not text.
        done = subprocess.run(
            ["/bin/sh", "-c", 'set -C; : > "$1" && rm -f "$1"', "sh", str(name)],
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            **identity,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {_TIMEOUT} s (a dead mount?)"
    if not done.returncode:
        return ""
    return done.stderr.strip().rpartition(": ")[2].lower() or f"exit code {done.returncode}"


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
