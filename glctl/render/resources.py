"""Resources: what should exist on disk, who owns it, and which service must hear when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Action = Literal["restart", "reload"]


@dataclass(frozen=True, slots=True)
class Notify:
    """Whom a change concerns. A service's log service is called ``registry/log``."""

    service: str
    action: Action


@dataclass(frozen=True, slots=True)
class File:
    """A regular file. *content* is bytes; *secret*: never show any of it, only that it differs."""

    path: str
    content: bytes
    mode: int = 0o644
    owner: str = "root"
    group: str = "root"
    secret: bool = False
    notifies: tuple[Notify, ...] = ()


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory. *exact*: files in it that are no Resource are removed (environment directories)."""

    path: str
    mode: int = 0o755
    owner: str = "root"
    group: str = "root"
    exact: bool = False
    notifies: tuple[Notify, ...] = ()  # for what *exact* removes


@dataclass(frozen=True, slots=True)
class Symlink:
    """A symbolic link, named by *path*, to *target*."""

    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Absent:
    """A file or link that should not be there."""

    path: str
    notifies: tuple[Notify, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """A system user with its group. *home* is not made: it is a Resource of its own."""

    user: str
    group: str
    home: str
    shell: str
    uid: int | None = None
    gid: int | None = None


Resource = File | Directory | Symlink | Absent | Account
