"""Putting back what was at some paths: content, owner, mode, links; what was not there is removed."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glctl.converge.tree import Actual, Tree


def differing(actual: Mapping[str, Actual], tree: Tree) -> list[str]:
    """The paths at which something else is now than *actual* says; a directory with something in it stays."""
    return [path for path, there in actual.items() if _differs(path, there, tree)]


def restore(actual: Mapping[str, Actual], tree: Tree) -> None:
    """Make it so. Raises OSError or ObstacleError; where there is no room for all files, none has changed."""
    # What is not to be there goes first: on a full disk that makes room.
    for path, there in reversed([*actual.items()]):
        if there.kind == "absent":
            _remove(path, tree)
    left = {path: actual[path] for path in differing(actual, tree)}
    files = {path: there for path, there in left.items() if there.kind == "file"}
    for path, there in left.items():
        if there.kind == "directory":
            _directory(path, there, tree)
    try:
        for path, there in files.items():
            tree.stage(path, there.content, there.mode, _owner(there))
    except BaseException:
        for path in files:
            with suppress(OSError):
                tree.unstage(path)
        raise
    for path, there in left.items():
        if there.kind == "file":
            tree.swap(path)
        elif there.kind == "symlink":
            tree.symlink(path, there.target)


def _differs(path: str, there: Actual, tree: Tree) -> bool:
    now = tree.actual(path)
    if there.kind == "symlink":
        return (now.kind, now.target) != (there.kind, there.target)
    if there.kind == "absent" and now.kind == "directory":
        return not tree.names(path)
    return now != there


def _remove(path: str, tree: Tree) -> None:
    if tree.actual(path, content=False).kind == "directory":
        tree.rmdir(path)
    else:
        tree.unlink(path)


def _directory(path: str, there: Actual, tree: Tree) -> None:
    if tree.actual(path, content=False).kind == "directory":
        tree.protect(path, there.mode, _owner(there))
    else:
        tree.mkdir(path, there.mode, _owner(there))


def _owner(there: Actual) -> tuple[int, int] | None:
    """Whom to give it to; without root only what is the invoker's anyway."""
    return (there.uid, there.gid) if os.geteuid() == 0 else None
