"""What glctl remembers between runs: which configuration each service was last seen up with, and the lock."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from glctl.converge.tree import ObstacleError
from glctl.errors import GlctlError
from glctl.paths import STATE_DIR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from glctl.converge.tree import Tree

APPLIED_DIR = f"{STATE_DIR}/applied"
GENERATIONS_DIR = f"{STATE_DIR}/generations"
LOCK = f"{STATE_DIR}/lock"


class Applied:
    """``applied/<service>``: the digests of the files that a service was last seen up with.

    A record that is missing or differs means that the service is owed a restart or reload; it is taken away
    before the first of its files is written, so that not even a killed run forgets what it owes.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def digests(self, service: str) -> Mapping[str, str]:
        """What is recorded for *service*; nothing where no record can be read."""
        try:
            record = json.loads(self._tree.actual(self._path(service)).content or b"{}")
        except ValueError:
            return {}
        return record if isinstance(record, dict) else {}

    def forget(self, service: str) -> None:
        """Note that *service* may not run on what is on disk."""
        self._tree.unlink(self._path(service))

    def record(self, service: str, digests: Mapping[str, str]) -> None:
        """Note that *service* was seen up on the files with these digests."""
        self._tree.write(self._path(service), json.dumps(dict(digests)).encode(), 0o600)

    def _path(self, service: str) -> str:
        return self._tree.root.relocate(f"{APPLIED_DIR}/{service.replace('/', '.')}")


@contextmanager
def locked(tree: Tree) -> Iterator[int]:
    """One run at a time; yields the lock's descriptor.

    Raises GlctlError with the pid of the run that holds it.

    The kernel lets go of it when its holder ends, however that happens: a stale lock does not exist.
    """
    for directory in (STATE_DIR, APPLIED_DIR, GENERATIONS_DIR):
        _provide(tree.root.relocate(directory), tree)
    path = tree.root.relocate(LOCK)
    fd = tree.open_lock(path)
    try:
        _acquire(fd, path)
        os.ftruncate(fd, 0)  # a killed run has left its pid
        with suppress(OSError):  # a full disk; the pid is only for others to read
            os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        try:
            yield fd
        finally:
            os.ftruncate(fd, 0)
    finally:
        os.close(fd)


def _provide(directory: str, tree: Tree) -> None:
    """Have a directory of glctl's own, which nobody else may look into."""
    there = tree.actual(directory, content=False)
    if there.kind == "absent":
        with suppress(FileExistsError):  # another run has made it just now
            tree.mkdir(directory, 0o700)
    elif there.kind != "directory":
        raise ObstacleError(f"{directory} is no directory, but glctl's own belongs there.", "Move it away.")
    elif there.mode != 0o700:
        tree.protect(directory, 0o700)


def _acquire(fd: int, path: str) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(fd, 32, 0).decode(errors="replace").strip()
        raise GlctlError(
            f"Another glctl is changing this host{f' (pid {holder})' if holder.isdecimal() else ''}.",
            f"Try again when it has ended. The lock is {path}.",
        ) from None
