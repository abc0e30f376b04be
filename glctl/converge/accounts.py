"""System accounts: which exist, and making those that are missing."""

from __future__ import annotations

import grp
import pwd
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from glctl.console import harmless
from glctl.converge.plan import Ids
from glctl.errors import GlctlError
from glctl.render.resources import Directory, File

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from glctl.converge.plan import Problem
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


def problems(account: Account) -> Iterator[Problem]:
    """Ids that gitlab.rb gives to *account* and that cannot be.

    An account that exists keeps its ids: with others, what belongs to it would belong to nobody.
    """
    for kind, by_name, by_id, name, wanted in (
        ("user", pwd.getpwnam, pwd.getpwuid, account.user, account.uid),
        ("group", grp.getgrnam, grp.getgrgid, account.group, account.gid),
    ):
        there = _found(by_name, name)
        if wanted is None or (there and there[2] == int(wanted)):
            continue
        if there:
            yield (
                f"The {kind} {name} has the id {there[2]}, and gitlab.rb says {wanted}: glctl changes none.",
                f"Take that out of gitlab.rb, or change the {kind} and what belongs to it, services stopped.",
            )
        elif holder := _found(by_id, int(wanted)):
            yield (
                f"The {kind} {name} cannot have the id {wanted}: {holder[0]} has it.",
                "Choose another in gitlab.rb.",
            )


def _found(lookup: Callable[[Any], tuple[Any, ...]], key: object) -> tuple[Any, ...] | None:
    """An entry of passwd or group: its name comes first, its id third."""
    try:
        return lookup(key)
    except KeyError:
        return None


def create(account: Account) -> None:
    """Make a system user with its group, as far as they are missing. Their home is a Resource of its own."""
    if not _found(grp.getgrnam, account.group):
        _run(groupadd(account))
    if not _found(pwd.getpwnam, account.user):
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
            f"{' '.join(command)} failed: {said.rstrip('.')}.",
            "Make the account yourself, or set manage_accounts['enable'] = false.",
        )
