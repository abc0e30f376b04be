"""What would make a run fail half-way, looked for before anything is written."""

from __future__ import annotations

import errno
import os
import stat
import time
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.converge import accounts
from glctl.converge.disk import disk_problems
from glctl.converge.generations import Generations
from glctl.converge.listening import listeners
from glctl.converge.pair import pair_problems
from glctl.converge.rotation import rotation_problems
from glctl.converge.stage import nginx_problems
from glctl.converge.tree import Tree
from glctl.converge.trial import registry_problems
from glctl.errors import GlctlError
from glctl.render.resources import Account
from glctl.services import ports, supervisor
from glctl.settings.enabled import enabled_services
from glctl.settings.option import ruby_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.desired import Configuration
    from glctl.converge.plan import Problem
    from glctl.converge.prepare import Prepared
    from glctl.paths import Root

_IN_USE = os.strerror(errno.EADDRINUSE).lower()
_MOMENT, _POLL = 2.0, 0.02  # seconds


def preflight(prepared: Prepared, *, trial: bool = True) -> None:
    """Raise one GlctlError that names all that is in the way of a run.

    *trial* is whether the registry may be started with its new configuration, which may ask its storage.
    """
    configuration, plan = prepared.configuration, prepared.plan
    affected = {due.service for due in prepared.due if due.action in ("start", "restart", "reload")}
    owner = supervisor.owner_problem(configuration.host.root)
    found = [
        *([owner] if owner else ()),
        *plan.obstacles,
        *_programs(configuration),
        *_accounts(configuration),
    ]
    if configuration.host.makes_accounts:
        made = (resource for resource in prepared.resources if isinstance(resource, Account))
        found += [problem for account in made for problem in accounts.problems(account)]
    found += [
        *disk_problems(plan, configuration.host.root, configuration.effective),
        *pair_problems(configuration.secrets),
    ]
    unusable = [*_ports(configuration)] if affected else []
    if affected:
        found += [*_unreachable(prepared), *unusable]
    if "nginx" in affected:
        found += nginx_problems(configuration, ports_told=bool(unusable))
    found += rotation_problems(prepared)
    if trial and "registry" in affected and not found:  # it would only say so again
        last = Generations(Tree(configuration.host.root)).last()
        found += registry_problems(prepared, last.effective if last else None)
    problems = list(dict.fromkeys(found))
    if len(problems) == 1:
        what, hint = problems[0]
        parted = "\n" if "\n" in what else " "  # behind somebody else's words on a line of its own
        raise GlctlError(f"{what}{parted}Nothing was changed.", hint)
    if problems:
        lines = [f"  - {what}{f' {hint}' if hint else ''}" for what, hint in problems]
        raise GlctlError(
            "\n".join([f"{len(problems)} things stand in the way; nothing was changed.", *lines])
        )


def _programs(configuration: Configuration) -> Iterator[Problem]:
    platform = configuration.host.platform
    enabled = enabled_services(configuration.effective)
    needed = [platform.registry] * ("registry" in enabled) + [platform.nginx] * ("nginx" in enabled)
    needed += [platform.logrotate] * ("logrotate" in enabled)
    needed += [platform.runsvdir, platform.chpst, platform.svlogd] if enabled else []
    missing = [program for program in needed if not os.access(program.path, os.X_OK)]
    for package in dict.fromkeys(program.package for program in missing):
        names = ", ".join(program.path for program in missing if program.package == package)
        yield f"{names} is not installed.", f"Install it: apt-get install {package}"


def _accounts(configuration: Configuration) -> Iterator[Problem]:
    """Accounts that services run as, that are missing and that nobody will make."""
    effective, host = configuration.effective, configuration.host
    if not host.makes_accounts or effective["manage_accounts.enable"]:
        return
    for service, who in (("registry", "registry"), ("nginx", "web_server")):
        user, group = effective[f"{who}.username"], effective[f"{who}.group"]
        if service in enabled_services(effective) and not (user in host.users and group in host.groups):
            yield (
                f"There is no account {user}:{group} for {service}, and manage_accounts['enable'] is false.",
                "Make the account, or let glctl make it.",
            )


def _unreachable(prepared: Prepared) -> Iterator[Problem]:
    """Directories on the way to what is the registry's that its account may not pass through."""
    effective = prepared.configuration.effective
    user = effective["registry.username"]
    owner = prepared.ids.owner(user, effective["registry.group"])
    images = (effective["registry.storage"].get("filesystem") or {}).get("rootdirectory")
    if owner is None or "registry" not in enabled_services(effective):
        return
    shut: dict[Path, str] = {}
    for place in filter(None, (effective["registry.dir"], images)):
        above = (directory for directory in reversed(Path(place).parents) if directory.exists())
        if directory := next((each for each in above if not _may_pass(each, *owner)), None):
            shut.setdefault(directory, place)
    for directory, place in shut.items():
        yield (
            f"The account {user} may not pass through {directory} to {place}.",
            f"Let it: chmod o+x {directory}",
        )


def _may_pass(directory: Path, uid: int, gid: int) -> bool:
    """Whether that account, with no other group, may pass through *directory*."""
    info = directory.stat()
    if uid == info.st_uid:
        allowed = info.st_mode & stat.S_IXUSR
    else:
        allowed = info.st_mode & (stat.S_IXGRP if gid == info.st_gid else stat.S_IXOTH)
    return uid == 0 or bool(allowed) or _asked(directory, uid, gid)


def _asked(directory: Path, uid: int, gid: int) -> bool:
    """What the kernel says, which also knows access control lists."""
    import subprocess

    command = ["/usr/bin/test", "-e", f"{directory}/."]
    done = subprocess.run(command, check=False, cwd="/", user=uid, group=gid, extra_groups=[])
    return not done.returncode


def _ports(configuration: Configuration) -> Iterator[Problem]:
    wanted = [*listeners(configuration.effective)]
    found = [ports.holders(host, port) for _, host, port in wanted]
    everyone = [listener for holders in found for listener in holders]
    foreign = ports.foreign(everyone, configuration.host.root) if everyone else ()
    for (key, host, port), holders in zip(wanted, found, strict=True):
        if taken := next((listener for listener in holders if listener in foreign), None):
            yield (
                f"Port {port} is taken: {taken} listens on it, and {ruby_name(key)} wants it.",
                f"Stop that, or set {ruby_name(key)} to a free port.",
            )
        # What is ours will let go of the port.
        elif reason := ports.why_not(host, 0) if holders else _why_not(host, port, configuration.host.root):
            yield (
                f"{ruby_name(key)} {host}:{port} cannot be had: {reason}.",
                "Choose another address or port.",
            )


def _why_not(host: str, port: int, root: Root) -> str:
    """Why an address that nobody was seen to have cannot be had; empty if it can.

    A service of ours that starts over and over has it for moments: such a one is waited for.
    """
    deadline = time.monotonic() + _MOMENT
    while (reason := ports.why_not(host, port)) == _IN_USE and time.monotonic() < deadline:
        holders = ports.holders(host, port)
        if holders and not ports.foreign(holders, root):
            return ports.why_not(host, 0)
        time.sleep(_POLL)
    return reason
