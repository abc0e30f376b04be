"""Where what runs is not what gitlab.rb says, told from files alone and quickly: ``status`` shows it.

What exactly would change, a dry run of reconfigure tells.
"""

from __future__ import annotations

from binascii import a2b_base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glctl.converge.generations import Generations
from glctl.converge.state import APPLIED_DIR
from glctl.converge.tree import ObstacleError, Tree
from glctl.errors import GlctlError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from glctl.paths import Root


@dataclass(frozen=True, slots=True)
class Altered:
    """A file whose content is not what it was when the last generation was applied.

    *services* read it; without any it concerns all. *source*: gitlab.rb, or a file that it reads.
    """

    path: str
    services: tuple[str, ...] = ()
    source: bool = False


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs from generation *number*.

    *owed*: services (``registry``, ``registry/log``) that were not yet seen up on their files.
    """

    number: int
    altered: tuple[Altered, ...] = ()
    owed: tuple[str, ...] = ()


def drift(root: Root, config_file: Path) -> Drift | None:
    """Compare this host with its last generation; None where there is none, or this user may not see it."""
    tree = Tree(root)
    try:
        last = Generations(tree).last_document()
        recorded = {name.replace(".", "/") for name in tree.names(root.relocate(APPLIED_DIR))}
    except (PermissionError, GlctlError):
        return None
    if not last:
        return None
    altered = (*_sources(last, root, config_file), *_files(last, tree))
    notified = {notify["service"] for each in last["resources"] for notify in each.get("notifies", ())}
    return Drift(last["number"], altered, tuple(sorted(notified - recorded)))


def _sources(last: dict[str, Any], root: Root, config_file: Path) -> Iterator[Altered]:
    contents = {config_file: a2b_base64(last["gitlab_rb"])}
    contents |= {root.at(path): text.encode() for path, text in last["files"].items()}
    for path, content in contents.items():
        try:
            same = path.is_file() and path.read_bytes() == content
        except OSError:
            continue  # not this user's to read
        if not same:
            yield Altered(str(path), source=True)


def _files(last: dict[str, Any], tree: Tree) -> Iterator[Altered]:
    for resource in last["resources"]:
        if resource["kind"] == "File" and not _is_as_written(resource, tree):
            yield Altered(resource["path"], _services(resource))


def _is_as_written(resource: dict[str, Any], tree: Tree) -> bool:
    try:
        there = tree.actual(resource["path"])
    except PermissionError:
        return True  # not this user's to read
    except ObstacleError:
        return False
    return there.kind == "file" and there.content == a2b_base64(resource["content"])


def _services(resource: dict[str, Any]) -> tuple[str, ...]:
    """Whom it notifies; a service and its log service are one here."""
    names = (notify["service"].partition("/")[0] for notify in resource.get("notifies", ()))
    return tuple(dict.fromkeys(names))
