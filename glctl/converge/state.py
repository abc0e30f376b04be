"""What glctl remembers between runs: which configuration each service was last seen up with, and the lock."""

from __future__ import annotations

import fcntl
import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.converge.tree import ObstacleError
from glctl.errors import GlctlError
from glctl.paths import STATE_DIR
from glctl.services.catalog import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from glctl.converge.tree import Tree

APPLIED_DIR = f"{STATE_DIR}/applied"
GENERATIONS_DIR = f"{STATE_DIR}/generations"
LOCK = f"{STATE_DIR}/lock"
_POLL = 0.1  # seconds


class Applied:
    """``applied/<service>``: the digests of the files that a service was last seen up with.

    A record that is missing or differs means that the service is owed a restart or reload; it is taken away
    before the first of its files is written, so that not even a killed run forgets what it owes.
    """

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def digests(self, service: str) -> Mapping[str, str]:
        """What is recorded for *service*; nothing where no record can be read."""
        try:
            record = json.loads(self.tree.actual(self._path(service)).content or b"{}")
        except ValueError:
            return {}
        return record if isinstance(record, dict) else {}

    def records(self) -> dict[str, Mapping[str, str]]:
        """What is recorded for each service and log service."""
        names = [service.name for service in SERVICES]
        return {name: self.digests(name) for name in (*names, *(f"{name}/log" for name in names))}

    def forget(self, service: str) -> None:
        """Note that *service* may not run on what is on disk."""
        self.tree.unlink(self._path(service))

    def record(self, service: str, digests: Mapping[str, str]) -> None:
        """Note that *service* was seen up on the files with these digests."""
        self.tree.write(self._path(service), json.dumps(dict(digests)).encode(), 0o600)

    def _path(self, service: str) -> str:
        return self.tree.root.relocate(f"{APPLIED_DIR}/{service.replace('/', '.')}")


@dataclass(frozen=True, slots=True)
class Held:
    """The lock, while it is ours: its descriptor, and whether another run had to be waited for."""

    descriptor: int
    waited: bool


@contextmanager
def locked(tree: Tree, wait: float = 0.0, tell: Callable[[str], None] = lambda _: None) -> Iterator[Held]:
    """One run at a time. Waits *wait* seconds for another run, saying so once, then raises GlctlError with
    the pid of the run that holds the lock.

    The kernel lets go of it when its holder ends, however that happens: a stale lock does not exist.
    """
    for directory in (STATE_DIR, APPLIED_DIR, GENERATIONS_DIR):
        _provide(tree.root.relocate(directory), tree)
    path = tree.root.relocate(LOCK)
    with _holding(tree.open_lock(path), path, wait, tell) as held:
        yield held


@contextmanager
def between_runs(tree: Tree, wait: float, tell: Callable[[str], None]) -> Iterator[None]:
    """As :func:`locked`, for what only tells services something: it does not disturb a run that sees them up.

    Makes nothing: without a lock no run was ever here, and where this user may not have it, others run.
    """
    path = tree.root.relocate(LOCK)
    try:
        fd = tree.open_lock(path, make=False)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        yield
        return
    with _holding(fd, path, wait, tell):
        yield


@contextmanager
def _holding(fd: int, path: str, wait: float, tell: Callable[[str], None]) -> Iterator[Held]:
    """Have the lock that *fd* is open on, with our pid in it for others to read."""
    try:
        waited = _acquire(fd, path, wait, tell)
        _note(fd, f"{os.getpid()}\n")
        try:
            yield Held(fd, waited)
        finally:
            _note(fd, "")
    finally:
        os.close(fd)


def holder(tree: Tree) -> int | None:
    """The pid of the run that holds the lock now, as far as this user may know it. Locks nothing."""
    try:
        lock = tree.root.at(LOCK)
        inode, pid = lock.stat().st_ino, int(lock.read_text())
        held = Path("/proc/locks").read_text()
    except (OSError, ValueError):
        return None
    # ``1: FLOCK  ADVISORY  WRITE 4711 fe:01:1234 0 EOF``: proc(5). A collector that has outlived the run that
    # started it still holds the lock.
    fields = (line.split() for line in held.splitlines())
    return pid if any(each[1] == "FLOCK" and each[5].endswith(f":{inode}") for each in fields) else None


def _note(fd: int, text: str) -> None:
    with suppress(OSError):  # a full disk or a read-only one
        os.ftruncate(fd, 0)  # a killed run has left its pid
        if text:
            os.pwrite(fd, text.encode(), 0)


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


def _acquire(fd: int, path: str, wait: float, tell: Callable[[str], None]) -> bool:
    """Have the lock; returns whether that took waiting."""
    deadline = time.monotonic() + wait
    waited = False
    while not _is_ours(fd):
        holder = os.pread(fd, 32, 0).decode(errors="replace").strip()
        busy = f"Another glctl is changing this host{f' (pid {holder})' if holder.isdecimal() else ''}."
        if time.monotonic() >= deadline:
            hint = "Wait for it with --wait SECONDS." if not wait else f"It has not ended within {wait:g} s."
            raise GlctlError(busy, f"{hint} The lock is {path}.")
        if not waited:
            tell(f"{busy} Waiting for it.")
        waited = True
        time.sleep(_POLL)
    return waited


def _is_ours(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
