"""Carrying out a Plan. Nobody else writes configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.converge import accounts
from glctl.render.resources import Absent, Account, Directory, File, Symlink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glctl.converge.plan import Change
    from glctl.converge.tree import Tree
    from glctl.render.resources import Resource
    from glctl.settings.host import Host


def apply(changes: Sequence[Change], resources: Sequence[Resource], tree: Tree, host: Host) -> None:
    """Make each Change, in order. Raises GlctlError or OSError at the first that fails."""
    for change in changes:
        if isinstance(change.resource, Account):
            accounts.create(change.resource)
    ids = accounts.lookup_ids(resources, host)  # after the accounts are there
    for change in changes:
        match change.resource:
            case File() as file:
                tree.write(file.path, file.content, file.mode, ids.owner(file.owner, file.group))
            case Directory() as directory if change.action == "create":
                tree.mkdir(directory.path, directory.mode, ids.owner(directory.owner, directory.group))
            case Directory() as directory:
                tree.protect(directory.path, directory.mode, ids.owner(directory.owner, directory.group))
            case Symlink() as link:
                tree.symlink(link.path, link.target)
            case Absent() as absent:
                tree.unlink(absent.path)
