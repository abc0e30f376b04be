"""Why an account may not write in a tree, by owners and modes, and the narrowest command against that."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from glctl.services.accounts import Account

_SAMPLE = 200  # directories looked at below a place

_READ, _ENTER, _WRITE = os.R_OK, os.X_OK, os.R_OK | os.W_OK | os.X_OK


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A directory that is in the way. *deep*: so are others below it. *through*: it need only be entered."""

    path: Path
    info: os.stat_result
    deep: bool = False
    through: bool = False

    def __str__(self) -> str:
        return (
            f"{self.path} has mode {self.info.st_mode & 0o7777:04o} and belongs to "
            f"{_name_of(self.path.owner, self.info.st_uid)}:{_name_of(self.path.group, self.info.st_gid)}"
        )


def find_obstacle(directory: Path, top: Path, account: Account) -> Obstacle | None:
    """What keeps *account* from writing in *directory*, which lies in the tree *top*.

    None where owners and modes allow it: then it is an access list, an attribute, or a server's decision.
    """
    for parent in reversed(directory.parents):
        info = parent.stat()
        if not account.may(info, _ENTER):
            inside = parent.is_relative_to(top)
            return Obstacle(parent, info, deep=inside and _is_deep(parent, account), through=not inside)
    if account.may(directory.stat(), _WRITE):
        return None
    # Of several in a row, the highest: a tree that was restored by root is given back as a whole.
    while directory != top and not account.may(directory.parent.stat(), _WRITE):
        directory = directory.parent
    return Obstacle(directory, directory.stat(), deep=_is_deep(directory, account))


def find_unreadable(file: Path, account: Account) -> Obstacle | None:
    """What keeps *account* from reading *file*; None where owners and modes allow it."""
    for parent in reversed(file.parents):
        if not account.may(info := parent.stat(), _ENTER):
            return Obstacle(parent, info, through=True)
    info = file.stat()
    return None if account.may(info, _READ) else Obstacle(file, info)


def readable_by(obstacle: Obstacle, file: Path, account: Account) -> str:
    """The command that lets *account* read *file*, and nobody else who could not before."""
    if obstacle.through:
        return remedy(obstacle, account)
    path = shlex.quote(str(file))
    owner = obstacle.info.st_uid == account.uid
    return f"chmod u+r {path}" if owner else f"chown {account.name} {path} && chmod u+r {path}"


def first_not_writable(top: Path, account: Account) -> Path | None:
    """The first of a sample of the directories below *top* that *account* may not write in, by its mode."""
    return next((path for path, info in _below(top) if not account.may(info, _WRITE)), None)


def remedy(obstacle: Obstacle, account: Account) -> str:
    """The command that removes *obstacle*, and gives no more rights than that."""
    path = shlex.quote(str(obstacle.path))
    info = obstacle.info
    if obstacle.through:
        who = "u" if info.st_uid == account.uid else "g" if info.st_gid in account.groups else "o"
        return f"chmod {who}+x {path}"
    recursive = "-R " if obstacle.deep else ""
    commands = []
    if info.st_uid != account.uid:
        commands.append(f"chown {recursive}{account.name} {path}")
    if info.st_mode >> 6 & _WRITE != _WRITE or not commands:
        commands.append(f"chmod {recursive}u+rwX {path}")
    return " && ".join(commands)


def _is_deep(directory: Path, account: Account) -> bool:
    return first_not_writable(directory, account) is not None


def _below(top: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The first directories below *top*, the nearest first."""
    queue = [top]
    for directory in queue:  # grows as it goes
        try:
            with os.scandir(directory) as entries:
                found = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
        except OSError:  # gone meanwhile, or not to be seen: said elsewhere
            continue
        for entry in sorted(found, key=lambda entry: entry.name)[: _SAMPLE + 1 - len(queue)]:
            queue.append(directory / entry.name)
            yield queue[-1], queue[-1].stat()


def _name_of(lookup: object, number: int) -> str:
    try:
        return str(lookup()) if callable(lookup) else str(number)
    except KeyError:
        return str(number)
