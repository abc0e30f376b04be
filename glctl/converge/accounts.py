"""System accounts: which exist, and making those that are missing."""

from __future__ import annotations

import grp
import pwd
from contextlib import suppress
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.converge.plan import Ids
from glctl.errors import GlctlError
from glctl.render.resources import Directory, File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from glctl.render.resources import Account, Resource
    from glctl.settings.host import Host

# By their full names: su leaves /usr/sbin out of PATH.
GROUPADD, USERADD = "/usr/sbin/groupadd", "/usr/sbin/useradd"
_TIMEOUT = 60  # seconds; useradd waits for other writers of /etc/passwd


def lookup_ids(resources: Iterable[Resource], host: Host) -> Ids:
    """The ids of every owner that is named, as far as files can be given to them here."""
    users: dict[str, int] = {}
    groups: dict[str, int] = {}
    owned = [resource for resource in resources if isinstance(resource, File | Directory)]
    if host.privileged:
        for user in {resource.owner for resource in owned}:
            with suppress(KeyError):
                users[user] = pwd.getpwnam(user).pw_uid
        for group in {resource.group for resource in owned}:
            with suppress(KeyError):
                groups[group] = grp.getgrnam(group).gr_gid
    return Ids(users, groups)


def create(account: Account) -> None:
    """Make a system user with its group, as far as they are missing. Their home is a Resource of its own."""
    if not _exists(grp.getgrnam, account.group):
        _run(groupadd(account))
    if not _exists(pwd.getpwnam, account.user):
        _run(useradd(account))


def groupadd(account: Account) -> list[str]:
    """The command that makes its group."""
    return [GROUPADD, "--system", *_option("--gid", account.gid), "--", account.group]


def useradd(account: Account) -> list[str]:
    """The command that makes its user."""
    identity = [*_option("--uid", account.uid), "--gid", account.group]
    home = ["--home-dir", account.home, "--no-create-home", "--shell", account.shell]
    return [USERADD, "--system", *identity, *home, "--", account.user]


def _option(name: str, value: int | None) -> list[str]:
    return [] if value is None else [name, str(value)]


def _exists(lookup: Callable[[str], object], name: str) -> bool:
    try:
        lookup(name)
    except KeyError:
        return False
    return True


def _run(command: list[str]) -> None:
    import subprocess

    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_TIMEOUT, check=False, env=environment
        )
    except FileNotFoundError:
        raise GlctlError(f"{command[0]} is not installed.", "Install it: apt-get install passwd") from None
    except subprocess.TimeoutExpired:
        raise GlctlError(f"{command[0]} did not end within {_TIMEOUT} s.", "Is /etc/passwd locked?") from None
    if done.returncode:
        said = harmless(done.stderr.strip()) or f"exit code {done.returncode}"
        raise GlctlError(
            f"{' '.join(command)} failed: {said}",
            "Make the account yourself, or set manage_accounts['enable'] = false.",
        )
