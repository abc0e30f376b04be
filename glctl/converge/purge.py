"""Removing what glctl has made, by the generations that it still knows. Data only when asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from glctl.converge.generations import Generations
from glctl.paths import INIT_DIR, SECRETS_FILE, SERVICE_DIR, STATE_DIR, SV_DIR, UNIT_FILE
from glctl.render.resources import Directory, File, Symlink
from glctl.services import systemd
from glctl.services.catalog import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.converge.generations import Generation
    from glctl.converge.tree import Tree

# What nginx and logrotate make in their own directories.
_LEFT_BY_SERVICES = re.compile(
    r"nginx\.pid|logrotate\.status|proxy_cache|(client_body|proxy|fastcgi|uwsgi|scgi)_temp"
)
# svlogd(8), and what nginx writes, rotated or not.
_LOGS = re.compile(r"current|lock|state|newstate|config|@[0-9a-f]{24}\.[a-z]|.+\.log([.-].+)?")
_IMAGES = "docker"  # all that the registry's filesystem driver keeps lies below it


@dataclass(frozen=True, slots=True)
class Purged:
    """What became of a purge. *left*: what of ours is still there, such as directories that are not empty.

    *known*: whether a generation told where images and logs are.
    """

    removed: int
    left: tuple[str, ...]
    known: bool


def purge(tree: Tree, *, data: bool) -> Purged:
    """Remove all that was made; with *data* images, logs and secrets, too. The caller holds the lock.

    Nothing may run any more. Accounts, gitlab.rb and certificates stay, and whatever lies in directories of
    ours that neither glctl nor a service of ours has put there.
    """
    generations = Generations(tree).all()
    made = [resource for generation in generations for resource in generation.resources]
    directories = {resource.path for resource in made if isinstance(resource, Directory)}
    own = {resource.path for resource in made if isinstance(resource, File | Symlink)}
    secrets = tree.root.relocate(SECRETS_FILE)
    doomed = own - {secrets}
    doomed |= {path for directory in directories for path in _within(directory, _LEFT_BY_SERVICES, tree)}
    doomed |= {str(service.directory(tree.root)) for service in SERVICES}
    if data:
        doomed |= {secrets} | {path for generation in generations for path in _data(generation, tree)}
    removed = sum(_remove(path, tree) for path in sorted(doomed, reverse=True))  # what lies in others first
    kept = [secrets] * (tree.actual(secrets, content=False).kind == "file")
    kept += [path for path in sorted(directories, reverse=True) if not _fold(path, tree)]
    _remove(tree.root.relocate(STATE_DIR), tree)  # last: from it a purge that was killed is told what to do
    parents = {str(PurePosixPath(path).parent) for path in own}
    for place in (STATE_DIR, SERVICE_DIR, SV_DIR, INIT_DIR, *sorted(directories | parents)):
        _fold_above(tree.root.relocate(place), tree)
    if UNIT_FILE in doomed:
        systemd.forget_supervisor()
    return Purged(removed, tuple(sorted(kept)), bool(generations))


def _data(generation: Generation, tree: Tree) -> Iterator[str]:
    """Images and logs, by the names that the registry, nginx and svlogd give them."""
    effective = generation.effective
    storage = (effective["registry.storage"].get("filesystem") or {}).get("rootdirectory")
    if storage:  # a relative one begins in the registry's home
        yield f"{PurePosixPath(effective['registry.dir'], storage)}/{_IMAGES}"
    for service in SERVICES:
        yield from _within(effective[f"{service.name}.log_directory"], _LOGS, tree)


def _within(directory: str, names: re.Pattern[str], tree: Tree) -> Iterator[str]:
    for name in tree.names(directory):
        if names.fullmatch(name):
            yield f"{directory}/{name}"


def _remove(path: str, tree: Tree) -> bool:
    """Remove what is there; whether anything was."""
    kind = tree.actual(path, content=False).kind
    if kind == "directory":
        tree.remove_tree(path)
    elif kind != "absent":
        tree.unlink(path)
    return kind != "absent"


def _fold(directory: str, tree: Tree) -> bool:
    """Remove a directory if it is empty; whether nothing is left in it, behind a link, too."""
    if tree.actual(directory, content=False).kind == "directory":
        tree.rmdir(directory)
    return not tree.names(directory)


def _fold_above(path: str, tree: Tree) -> None:
    """Remove *path* and the empty directories above it that are named after GitLab."""
    for directory in (PurePosixPath(path), *PurePosixPath(path).parents):
        below = directory.relative_to(tree.root.path) if tree.root.relocated else directory
        if "gitlab" not in below.parts or not _fold(str(directory), tree):
            return
