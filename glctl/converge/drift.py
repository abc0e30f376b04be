"""Where what runs is not what gitlab.rb says, told from files alone and quickly: ``status`` shows it.

What exactly would change, a dry run of reconfigure tells.
"""

from __future__ import annotations

import grp
import os
import pwd
from binascii import a2b_base64
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from glctl.converge.generations import Generations
from glctl.converge.read_only import variable_in
from glctl.converge.state import APPLIED_DIR, holder
from glctl.converge.tree import ObstacleError, Tree
from glctl.errors import GlctlError
from glctl.services import catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from glctl.paths import Root


# A Resource's kind, and what is then there.
_KINDS = {"File": "file", "Directory": "directory", "Symlink": "symlink"}

How = Literal["content", "missing", "mode", "owner", "read-only"]


@dataclass(frozen=True, slots=True)
class Altered:
    """A file, directory or link that is not as the last generation has it, and *how* that shows.

    *services* read it; without any it concerns all. *source*: gitlab.rb, or a file that it reads.
    ``read-only`` is what a garbage collection puts there, and takes away when it ends.
    """

    path: str
    services: tuple[str, ...] = ()
    source: bool = False
    how: How = "content"


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs from generation *number*; from none, 0, where no run has come to its end yet.

    *owed*: services (``registry``, ``registry/log``) that were not yet seen up on their files. *back_to*: the
    generation that a rollback took it from. *at_work*: the pid of the run that changes this host now.
    """

    number: int
    altered: tuple[Altered, ...] = ()
    owed: tuple[str, ...] = ()
    back_to: int | None = None
    at_work: int | None = None


def drift(root: Root, config_file: Path) -> Drift | None:
    """Compare this host with its last generation; None where glctl has not been at work, or this user may not
    see it.
    """
    tree = Tree(root)
    try:
        last = Generations(tree).last_document()
        recorded = {name.replace(".", "/") for name in tree.names(root.relocate(APPLIED_DIR))}
    except (PermissionError, GlctlError):
        return None
    if not last:
        return _unfinished(tree, recorded)
    altered = (*_sources(last, root, config_file), *_made(last, tree), *_read_only(last, tree))
    files = (each for each in last["resources"] if each["kind"] == "File")
    notified = {notify["service"] for each in files for notify in each["notifies"]}  # a disabled one has none
    owed = tuple(sorted(notified - recorded))
    return Drift(last["number"], altered, owed, last["back_to"], holder(tree))


def _unfinished(tree: Tree, recorded: set[str]) -> Drift | None:
    """What a first run owes that has not ended, or was killed."""
    enabled = [service.name for service in catalog.enabled(tree.root)]
    owed = sorted({*enabled, *(f"{name}/log" for name in enabled)} - recorded)
    if not owed or not tree.root.at(APPLIED_DIR).is_dir():
        return None
    return Drift(0, owed=tuple(owed), at_work=holder(tree))


def _sources(last: dict[str, Any], root: Root, config_file: Path) -> Iterator[Altered]:
    contents = {config_file: a2b_base64(last["gitlab_rb"])}
    contents |= {root.at(path): text.encode() for path, text in last["files"].items()}
    for path, content in contents.items():
        try:
            same = path.is_file() and path.read_bytes() == content
        except OSError:
            continue  # not this user's to read
        if not same:
            how: How = "content" if os.path.lexists(path) else "missing"
            yield Altered(str(path), source=True, how=how)


def _made(last: dict[str, Any], tree: Tree) -> Iterator[Altered]:
    """What reconfigure would make right; what it would take away, only a dry run tells."""
    owner = cache(_owner)  # few own many, and each look reads /etc/passwd
    for resource in last["resources"]:
        if resource["kind"] in _KINDS and (how := _how_altered(resource, tree, owner)):
            yield Altered(resource["path"], _services(resource), how=how)


def _how_altered(
    resource: dict[str, Any], tree: Tree, owner: Callable[[str, str], tuple[int, int] | None]
) -> How | None:
    is_file = resource["kind"] == "File"
    path = resource["path"]
    try:
        there = tree.actual(path, content=is_file)
        if there.kind == "symlink" and resource["kind"] == "Directory" and not resource["exact"]:
            there = tree.actual(tree.destination(path))  # moved by an administrator, who has left a link
    except PermissionError:
        return None  # not this user's to read
    except FileNotFoundError:
        return "missing"
    except (ObstacleError, NotADirectoryError):
        return "content"
    if there.kind == "absent":
        return "missing"
    if there.kind != _KINDS[resource["kind"]] or there.target != resource.get("target", ""):
        return "content"
    if there.kind == "symlink":
        return None
    if there.mode != resource["mode"]:
        return "mode"
    if owner(resource["owner"], resource["group"]) not in (None, (there.uid, there.gid)):
        return "owner"
    same = not is_file or there.content == a2b_base64(resource["content"])
    return None if same else "content"


def _owner(user: str, group: str) -> tuple[int, int] | None:
    """The ids that a file of *user* and *group* has; None where it stays the invoker's."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid
    except KeyError:
        return None


def _read_only(last: dict[str, Any], tree: Tree) -> Iterator[Altered]:
    """What a garbage collection that has not ended has put there."""
    variable = variable_in(last["effective"]["registry.env_directory"]["value"])
    with suppress(PermissionError, ObstacleError):
        if tree.actual(variable, content=False).kind != "absent":
            yield Altered(variable, (catalog.REGISTRY.name,), how="read-only")


def _services(resource: dict[str, Any]) -> tuple[str, ...]:
    """Whom it notifies; a service and its log service are one here."""
    names = (notify["service"].partition("/")[0] for notify in resource.get("notifies", ()))
    return tuple(dict.fromkeys(names))
