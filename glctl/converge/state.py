"""What glctl remembers between runs: which configuration each service was last seen up with, and the lock."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from glctl.errors import GlctlError
from glctl.paths import STATE_DIR

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from glctl.converge.tree import Tree

APPLIED_DIR = f"{STATE_DIR}/applied"
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
        return str(self._tree.root.at(f"{APPLIED_DIR}/{service.replace('/', '.')}"))


@contextmanager
def locked(tree: Tree) -> Iterator[None]:
    """One run at a time. Raises GlctlError with the pid of the run that holds the lock.

    The kernel lets go of it when its holder ends, however that happens: a stale lock does not exist.
    """
    path = tree.root.at(LOCK)
    if tree.actual(str(path.parent), content=False).kind == "absent":
        tree.mkdir(str(path.parent), 0o700)
    if tree.actual(str(tree.root.at(APPLIED_DIR)), content=False).kind == "absent":
        tree.mkdir(str(tree.root.at(APPLIED_DIR)), 0o700)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _acquire(fd, path)
        os.ftruncate(fd, 0)
        os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(fd)


def _acquire(fd: int, path: Path) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(fd, 32, 0).decode(errors="replace").strip()
        raise GlctlError(
            f"Another glctl is changing this host{f' (pid {holder})' if holder else ''}.",
            f"Try again when it has ended. The lock is {path}.",
        ) from None
