"""Carrying out a Plan, in two steps. Nobody else writes configuration.

First everything is staged, which is where a disk fails or fills up: no file has changed by then. What follows
only renames.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from glctl.converge import accounts
from glctl.render.resources import Absent, Account, Directory, File, Symlink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.converge.plan import Change
    from glctl.converge.tree import Tree
    from glctl.render.resources import Resource
    from glctl.settings.host import Host


def stage(changes: Sequence[Change], resources: Sequence[Resource], tree: Tree, host: Host) -> None:
    """Make accounts and directories, and put new files beside their targets, in order.

    Raises GlctlError or OSError at the first that fails; no file is then staged any more.
    """
    for change in changes:
        if isinstance(change.resource, Account):
            accounts.create(change.resource)
    ids = accounts.lookup_ids(resources, host)  # after the accounts are there
    try:
        for change in changes:
            match change.resource:
                case File() as file:
                    tree.stage(file.path, file.content, file.mode, ids.owner(file.owner, file.group))
                case Directory() as directory if change.action == "create":
                    tree.mkdir(directory.path, directory.mode, ids.owner(directory.owner, directory.group))
                case Directory() as directory:
                    tree.protect(directory.path, directory.mode, ids.owner(directory.owner, directory.group))
    except BaseException:
        unstage(changes, tree)
        raise


def swap(changes: Sequence[Change], tree: Tree) -> None:
    """Put what is staged in place, make and remove links, in order. Raises OSError where one fails."""
    for change in changes:
        match change.resource:
            case File() as file:
                tree.swap(file.path)
            case Symlink() as link:
                tree.symlink(link.path, link.target)
            case Absent() as absent:
                tree.unlink(absent.path)


def unstage(changes: Sequence[Change], tree: Tree) -> None:
    """Drop what is staged and not in place, as far as the disk lets us: the next run removes the rest."""
    for change in changes:
        if isinstance(change.resource, File):
            with suppress(OSError):
                tree.unstage(change.resource.path)
