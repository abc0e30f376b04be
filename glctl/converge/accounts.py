"""System accounts: which exist, and making those that are missing."""

from __future__ import annotations

import grp
import pwd
from typing import TYPE_CHECKING

from glctl.converge.plan import Ids
from glctl.errors import GlctlError
from glctl.render.resources import Account, Directory, File

if TYPE_CHECKING:
    from collections.abc import Iterable

    from glctl.render.resources import Resource
    from glctl.settings.host import Host

_TIMEOUT = 60  # seconds; useradd waits for other writers of /etc/passwd


def lookup_ids(resources: Iterable[Resource], host: Host) -> Ids:
    """The ids of every owner that is named, as far as files can be given to them here."""
    if not host.privileged:
        return Ids({}, {})
    owned = [resource for resource in resources if isinstance(resource, File | Directory)]
    users: dict[str, int] = {}
    groups: dict[str, int] = {}
    for user in {resource.owner for resource in owned}:
        try:
            users[user] = pwd.getpwnam(user).pw_uid
        except KeyError:
            continue
    for group in {resource.group for resource in owned}:
        try:
            groups[group] = grp.getgrnam(group).gr_gid
        except KeyError:
            continue
    return Ids(users, groups)


def create(account: Account) -> None:
    """Make a system user with its group, as far as they are missing. Their home is a Resource of its own."""
    if not _exists(grp.getgrnam, account.group):
        _run(["groupadd", "--system", *_option("--gid", account.gid), account.group])
    if not _exists(pwd.getpwnam, account.user):
        _run(
            [
                *["useradd", "--system", *_option("--uid", account.uid), "--gid", account.group],
                *["--home-dir", account.home, "--no-create-home", "--shell", account.shell, account.user],
            ]
        )


def _option(name: str, value: int | None) -> list[str]:
    return [] if value is None else [name, str(value)]


def _exists(lookup: object, name: str) -> bool:
    try:
        lookup(name)  # type: ignore[operator]  # pwd.getpwnam or grp.getgrnam
    except KeyError:
        return False
    return True


def _run(command: list[str]) -> None:
    import subprocess

    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)
    except (FileNotFoundError, subprocess.TimeoutExpired) as exc:
        raise GlctlError(f"{command[0]} could not be run: {exc}.", "Install the package passwd.") from None
    if done.returncode:
        raise GlctlError(
            f"{' '.join(command)} failed: {done.stderr.strip() or f'exit code {done.returncode}'}",
            "Make the account yourself, or set manage_accounts['enable'] = false.",
        )
