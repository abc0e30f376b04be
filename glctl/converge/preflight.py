"""What would make a run fail half-way, looked for before anything is written."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.errors import GlctlError
from glctl.services import ports
from glctl.settings.enabled import enabled_services
from glctl.settings.option import ruby_name
from glctl.settings.urls import split_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.desired import Configuration
    from glctl.converge.plan import Ids, Plan
    from glctl.settings.effective import Effective

Problem = tuple[str, str]  # what, and what to do


def preflight(configuration: Configuration, plan: Plan, ids: Ids, *, starting: bool) -> None:
    """Raise one GlctlError that names all that is in the way. *starting*: services are to be (re)started."""
    problems = [*_programs(configuration), *_unwritable(plan)]
    if starting:
        problems += [*_certificates(configuration.effective), *_ports(configuration)]
        problems += _unreachable(configuration, ids)
    if not problems:
        return
    if len(problems) == 1:
        raise GlctlError(*problems[0])
    lines = [f"  - {what}{f' {hint}' if hint else ''}" for what, hint in problems]
    raise GlctlError("\n".join([f"{len(problems)} things stand in the way; nothing was changed.", *lines]))


def _programs(configuration: Configuration) -> Iterator[Problem]:
    platform = configuration.host.platform
    enabled = enabled_services(configuration.effective)
    needed = [platform.registry] * ("registry" in enabled) + [platform.nginx] * ("nginx" in enabled)
    needed += [platform.runsvdir, platform.chpst, platform.svlogd] if enabled else []
    missing = [program for program in needed if not os.access(program.path, os.X_OK)]
    for package in dict.fromkeys(program.package for program in missing):
        names = ", ".join(program.path for program in missing if program.package == package)
        yield f"{names} is not installed.", f"Install it: apt-get install {package}"


def _unwritable(plan: Plan) -> Iterator[Problem]:
    parents = {_nearest(Path(path).parent) for path in plan.paths if path.startswith("/")}
    for parent in sorted(parents):
        if os.statvfs(parent).f_flag & os.ST_RDONLY:
            yield (
                f"{parent} lies on a read-only file system.",
                f"Remount it: mount -o remount,rw {_mount(parent)}",
            )
        elif not os.access(parent, os.W_OK | os.X_OK):
            yield (
                f"This user may not write in {parent}.",
                "Run glctl as root, or use --root DIR for a sandbox.",
            )


def _nearest(directory: Path) -> Path:
    while not directory.exists() and directory != directory.parent:
        directory = directory.parent
    return directory


def _mount(directory: Path) -> Path:
    while not directory.is_mount():
        directory = directory.parent
    return directory


def _certificates(effective: Effective) -> Iterator[Problem]:
    if "nginx" not in enabled_services(effective) or not effective["registry.nginx.listen_https"]:
        return
    for key in ("registry.nginx.ssl_certificate", "registry.nginx.ssl_certificate_key"):
        path = effective[key]
        if not os.access(path, os.R_OK):
            what = "may not be read by this user" if Path(path).exists() else "is not there"
            yield (
                f"{path} {what}, and nginx needs it for https.",
                f"Put it there, or set {ruby_name(key)}.",
            )


def _ports(configuration: Configuration) -> Iterator[Problem]:
    for key, host, port in listeners(configuration.effective):
        holders = ports.holders(host, port)
        foreign = ports.foreign(holders, configuration.host.root)
        if foreign:
            yield (
                f"Port {port} is taken: {foreign[0]} listens on it, and {ruby_name(key)} wants it.",
                f"Stop that, or set {ruby_name(key)} to a free port.",
            )
        elif not holders and (reason := ports.why_not(host, port)):
            yield (
                f"{ruby_name(key)} {host}:{port} cannot be had: {reason}.",
                "Choose another address or port.",
            )


def listeners(effective: Effective) -> Iterator[tuple[str, str, int]]:
    """Every address that our services will listen on: the setting, host, port."""
    enabled = enabled_services(effective)
    if "registry" in enabled:
        yield ("registry.registry_http_addr", *split_address(effective["registry.registry_http_addr"]))
        if effective["registry.debug_addr"]:
            yield ("registry.debug_addr", *split_address(effective["registry.debug_addr"]))
    if "nginx" not in enabled:
        return
    if effective["registry.nginx.enable"]:
        addresses = effective["registry.nginx.listen_addresses"]
        yield from (_listener("registry.nginx.listen_port", address, effective) for address in addresses)
        if effective["registry.nginx.listen_https"] and effective["registry.nginx.redirect_http_to_https"]:
            key = "registry.nginx.redirect_http_to_https_port"
            yield from (_listener(key, address, effective) for address in addresses)
    if effective["nginx.status.enable"]:
        addresses = effective["nginx.status.listen_addresses"]
        yield from (_listener("nginx.status.port", address, effective) for address in addresses)


def _listener(key: str, address: str, effective: Effective) -> tuple[str, str, int]:
    return key, str(address).strip("[]"), int(effective[key])


def _unreachable(configuration: Configuration, ids: Ids) -> Iterator[Problem]:
    """Directories on the way to the registry's home that its account may not pass through."""
    effective, host = configuration.effective, configuration.host
    user, group = effective["registry.username"], effective["registry.group"]
    owner = ids.owner(user, group)
    if "registry" not in enabled_services(effective) or owner is None or not host.has_account(user, group):
        return
    for directory in reversed(Path(effective["registry.dir"]).parents):
        if directory.exists() and not _may_pass(directory, *owner):
            yield (
                f"The account {user} may not pass through {directory}, which leads to the registry's home.",
                f"Let it: chmod o+x {directory}",
            )
            return


def _may_pass(directory: Path, uid: int, gid: int) -> bool:
    info = directory.stat()
    if uid == info.st_uid:
        return bool(info.st_mode & stat.S_IXUSR)
    return bool(info.st_mode & (stat.S_IXGRP if gid == info.st_gid else stat.S_IXOTH))
