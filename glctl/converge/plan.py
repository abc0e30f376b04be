"""Plan: what must be done to make Resources true. Pure; also what drift on a host is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from glctl.converge.tree import ABSENT, Actual
from glctl.errors import GlctlError
from glctl.render.resources import Absent, Account, Directory, File, Notify, Resource, Symlink

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from glctl.settings.host import Host

ChangeAction = Literal["create", "update", "delete"]


@dataclass(frozen=True, slots=True)
class Ids:
    """User and group ids by name, of the accounts that files can be given to here."""

    users: Mapping[str, int]
    groups: Mapping[str, int]

    def owner(self, user: str, group: str) -> tuple[int, int] | None:
        """The ids of *user* and *group*, or None where files stay the invoker's."""
        if user in self.users and group in self.groups:
            return self.users[user], self.groups[group]
        return None


@dataclass(frozen=True, slots=True)
class Change:
    """One Resource that is not yet true. *aspects*: content, mode, owner, target, kind."""

    action: ChangeAction
    resource: Resource
    before: Actual
    aspects: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where; an account's name for an Account."""
        return self.resource.user if isinstance(self.resource, Account) else self.resource.path

    @property
    def notifies(self) -> tuple[Notify, ...]:
        """Whom it concerns."""
        return () if isinstance(self.resource, Account | Symlink) else self.resource.notifies


@dataclass(frozen=True, slots=True)
class Plan:
    """All Changes in the order of application, and the digests that services will then run on."""

    changes: tuple[Change, ...]
    digests: Mapping[str, Mapping[str, str]]  # service -> action -> digest of the files that call for it

    @property
    def paths(self) -> frozenset[str]:
        """All places that change."""
        return frozenset(change.path for change in self.changes)


class ObstacleError(GlctlError):
    """Something else is where a Resource belongs."""


def plan(resources: Iterable[Resource], actual: Mapping[str, Actual], ids: Ids, host: Host) -> Plan:
    """Compare Resources with what is there: *actual* at each path, also at what lies in exact directories."""
    resources = tuple(resources)
    changes: list[Change] = []
    for resource in resources:
        if isinstance(resource, Account):
            there = resource.user in host.users and resource.group in host.groups
            if host.makes_accounts and not there:
                changes.append(Change("create", resource, ABSENT, ("account",)))
        else:
            change = _compare(resource, actual.get(resource.path, ABSENT), ids)
            changes += [change] if change else []
    return Plan((*changes, *_strays(resources, actual)), digests(resources))


def digests(resources: Iterable[Resource]) -> dict[str, dict[str, str]]:
    """For each service and action, one digest over the files whose change calls for it."""
    hashes: dict[tuple[str, str], hashlib._Hash] = {}
    for resource in resources:
        if isinstance(resource, File):
            for notify in resource.notifies:
                digest = hashes.setdefault((notify.service, notify.action), hashlib.sha256())
                digest.update(f"{resource.path}\0{len(resource.content)}\0".encode() + resource.content)
    result: dict[str, dict[str, str]] = {}
    for (service, action), digest in hashes.items():
        result.setdefault(service, {})[action] = digest.hexdigest()
    return result


def _compare(resource: File | Directory | Symlink | Absent, before: Actual, ids: Ids) -> Change | None:
    match resource:
        case Absent():
            if before.kind == "absent":
                return None
            if before.kind not in ("file", "symlink"):
                raise _obstacle(resource.path, before, "nothing")
            return Change("delete", resource, before)
        case Symlink():
            return _compare_symlink(resource, before)
        case File():
            return _compare_kept(resource, before, ids, "file")
        case Directory():
            return _compare_kept(resource, before, ids, "directory")


def _compare_symlink(resource: Symlink, before: Actual) -> Change | None:
    if before.kind == "absent":
        return Change("create", resource, before)
    if before.kind not in ("symlink", "file"):
        raise _obstacle(resource.path, before, "a symbolic link")
    if before.target == resource.target:
        return None
    return Change("update", resource, before, ("target",))


def _compare_kept(
    resource: File | Directory, before: Actual, ids: Ids, kind: Literal["file", "directory"]
) -> Change | None:
    if before.kind == "absent":
        return Change("create", resource, before)
    if before.kind == "symlink" and kind == "file":
        return Change("update", resource, before, ("kind",))
    if before.kind != kind:
        raise _obstacle(resource.path, before, f"a {kind}")
    owner = ids.owner(resource.owner, resource.group)
    aspects = []
    if isinstance(resource, File) and before.content != resource.content:
        aspects.append("content")
    if before.mode != resource.mode:
        aspects.append("mode")
    if owner and owner != (before.uid, before.gid):
        aspects.append("owner")
    return Change("update", resource, before, tuple(aspects)) if aspects else None


def _strays(resources: tuple[Resource, ...], actual: Mapping[str, Actual]) -> Iterator[Change]:
    """Files in exact directories that are no Resource."""
    wanted = {resource.path for resource in resources if not isinstance(resource, Account)}
    for directory in resources:
        if isinstance(directory, Directory) and directory.exact:
            for path in sorted(set(actual) - wanted):
                if str(PurePosixPath(path).parent) == directory.path and actual[path].kind != "directory":
                    yield Change("delete", Absent(path, directory.notifies), actual[path])


def _obstacle(path: str, before: Actual, wanted: str) -> ObstacleError:
    there = {"file": "a file", "directory": "a directory", "symlink": "a symbolic link"}
    return ObstacleError(
        f"{path} is {there.get(before.kind, 'a special file')}, but {wanted} belongs there.",
        "Move it away, or name another place in gitlab.rb. Nothing was changed.",
    )
