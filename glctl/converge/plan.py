"""Plan: what must be done to make Resources true. Pure; also what drift on a host is."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from glctl.converge.tree import ABSENT, TEMPORARY, Actual
from glctl.render.resources import Absent, Account, Directory, File, Notify, Resource, Symlink

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from glctl.settings.host import Host

ChangeAction = Literal["create", "update", "delete"]
Problem = tuple[str, str]  # what stands in the way, and what to do about it

_KINDS = {"file": "a file", "directory": "a directory", "symlink": "a symbolic link"}


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
        """Whom it concerns. Owner and mode alone change nothing of what a process has read."""
        if isinstance(self.resource, Account | Directory | Symlink):
            return ()
        read = self.action != "update" or {"content", "kind"} & set(self.aspects)
        return self.resource.notifies if read else ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All Changes in the order of application, and the digests that services will then run on.

    *obstacles*: what is where something else belongs, and is left alone.
    """

    changes: tuple[Change, ...]
    digests: Mapping[str, Mapping[str, str]]  # service -> action -> digest of the files that call for it
    obstacles: tuple[Problem, ...] = ()

    @property
    def paths(self) -> frozenset[str]:
        """All places that change."""
        return frozenset(change.path for change in self.changes)


def plan(resources: Iterable[Resource], actual: Mapping[str, Actual], ids: Ids, host: Host) -> Plan:
    """Compare Resources with what is there.

    *actual* is what is at the path of each, and what else lies in exact directories or a killed run has left.
    """
    resources = tuple(resources)
    changes: list[Change] = []
    obstacles = [*_claimed_twice(resources)]
    for resource in resources:
        if isinstance(resource, Account):
            there = resource.user in host.users and resource.group in host.groups
            if host.makes_accounts and not there:
                changes.append(Change("create", resource, ABSENT, ("account",)))
            continue
        before = actual.get(resource.path, ABSENT)
        if before.kind in _MADE_WAY_FOR[type(resource)]:
            changes += compare(resource, before, ids)
        else:
            wanted = "nothing" if isinstance(resource, Absent) else _KINDS[type(resource).__name__.lower()]
            obstacles.append(_obstacle(resource.path, before, wanted))
    return Plan((*changes, *_strays(resources, actual)), digests(resources), tuple(obstacles))


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


# What each kind of Resource takes the place of; anything else is an administrator's, and in the way.
_MADE_WAY_FOR: dict[type, frozenset[str]] = {
    Absent: frozenset({"absent", "file", "symlink"}),
    Directory: frozenset({"absent", "directory"}),
    File: frozenset({"absent", "file", "symlink"}),
    Symlink: frozenset({"absent", "file", "symlink"}),
}


def compare(resource: File | Directory | Symlink | Absent, before: Actual, ids: Ids) -> Iterator[Change]:
    """The Change that makes *resource* true, if it is not, *before* being what is there."""
    if isinstance(resource, Absent):
        if before.kind != "absent":
            yield Change("delete", resource, before)
    elif before.kind == "absent":
        yield Change("create", resource, before)
    elif aspects := tuple(_aspects(resource, before, ids)):
        yield Change("update", resource, before, aspects)


def _aspects(resource: File | Directory | Symlink, before: Actual, ids: Ids) -> Iterator[str]:
    """In what something that is there differs from *resource*."""
    if isinstance(resource, Symlink):
        if before.target != resource.target:
            yield "target"
    elif isinstance(resource, File) and before.kind == "symlink":
        yield "kind"
    else:
        if isinstance(resource, File) and before.content != resource.content:
            yield "content"
        if before.mode != resource.mode:
            yield "mode"
        owner = ids.owner(resource.owner, resource.group)
        if owner and owner != (before.uid, before.gid):
            yield "owner"


def _strays(resources: tuple[Resource, ...], actual: Mapping[str, Actual]) -> Iterator[Change]:
    """What lies in exact directories without being a Resource, and what a killed run has left anywhere."""
    wanted = {resource.path for resource in resources if not isinstance(resource, Account)}
    exact = {r.path: r.notifies for r in resources if isinstance(r, Directory) and r.exact}
    for path in sorted(set(actual) - wanted):
        parent = str(PurePosixPath(path).parent)
        if actual[path].kind != "directory" and (parent in exact or path.endswith(TEMPORARY)):
            yield Change("delete", Absent(path, exact.get(parent, ())), actual[path])


def _claimed_twice(resources: tuple[Resource, ...]) -> Iterator[Problem]:
    """Places that two settings name for different things: each run would undo the other half of the last."""
    claimed: dict[str, Resource] = {}
    for resource in resources:
        if not isinstance(resource, Account) and claimed.setdefault(resource.path, resource) != resource:
            yield (
                f"{resource.path} is to be two different things.",
                "Two settings of gitlab.rb name it: part them.",
            )


def _obstacle(path: str, before: Actual, wanted: str) -> Problem:
    return (
        f"{path} is {_KINDS.get(before.kind, 'a special file')}, but {wanted} belongs there.",
        "Move it away, or name another place in gitlab.rb.",
    )
