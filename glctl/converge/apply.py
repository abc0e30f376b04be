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
    from collections.abc import Callable, Sequence

    from glctl.converge.plan import Change, Ids
    from glctl.converge.tree import Tree
    from glctl.render.resources import Resource
    from glctl.settings.host import Host


def apply(
    changes: Sequence[Change],
    resources: Sequence[Resource],
    tree: Tree,
    host: Host,
    *,
    when_staged: Callable[[], None] = lambda: None,
) -> None:
    """Make each Change, in order. Raises GlctlError or OSError at the first that fails; what is then staged
    and not in place is dropped. *when_staged* is called before the first file changes.
    """
    for change in changes:
        if isinstance(change.resource, Account):
            accounts.create(change.resource)
    ids = accounts.lookup_ids(resources, host)  # after the accounts are there
    try:
        _stage(changes, tree, ids)
        when_staged()
        _put_in_place(changes, tree)
    except BaseException:
        for change in changes:
            if isinstance(change.resource, File):
                with suppress(OSError):  # the next run removes it
                    tree.unstage(change.path)
        raise


def _stage(changes: Sequence[Change], tree: Tree, ids: Ids) -> None:
    """Make directories, and put new files beside their targets."""
    for change in changes:
        match change.resource:
            case File() as file:
                tree.stage(file.path, file.content, file.mode, ids.owner(file.owner, file.group))
            case Directory() as directory if change.action == "create":
                tree.mkdir(directory.path, directory.mode, ids.owner(directory.owner, directory.group))
            case Directory() as directory:
                tree.protect(directory.path, directory.mode, ids.owner(directory.owner, directory.group))


def _put_in_place(changes: Sequence[Change], tree: Tree) -> None:
    for change in changes:
        match change.resource:
            case File() as file:
                tree.swap(file.path)
            case Symlink() as link:
                tree.symlink(link.path, link.target)
            case Absent() as absent:
                tree.unlink(absent.path)
