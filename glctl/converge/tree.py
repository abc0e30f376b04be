"""The tree below the root: reading and changing it without ever leaving it.

Paths are walked descriptor by descriptor. A symbolic link on the way is followed only to a place below the
root, and only where root or the invoker made it: a service's account must not choose what root writes to.
Files are made beside their target, synced and renamed: a reader sees the old content or the new, whole.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from glctl.errors import GlctlError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.paths import Root

Kind = Literal["absent", "file", "directory", "symlink", "other"]

TEMPORARY = ".glctl-new"  # one name per target: a killed run leaves at most one, and a later run removes it
_MAX_LINKS = 40  # as the kernel's limit (path_resolution(7))
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # not waiting, should it be a pipe by now
_NO_DIRECTORY = (errno.ENOTDIR, errno.ELOOP)  # what opening a symbolic link so fails with


@dataclass(frozen=True, slots=True)
class Actual:
    """What is at a path now. *content* only for files, *target* only for symlinks."""

    kind: Kind
    mode: int = 0
    uid: int = 0
    gid: int = 0
    content: bytes = b""
    target: str = ""


ABSENT = Actual("absent")


class ObstacleError(GlctlError):
    """Something is in the way: of another kind than what belongs there, or a link that is not followed."""


class Tree:
    """All that glctl reads and writes of its Resources goes through here."""

    def __init__(self, root: Root) -> None:
        self.root = root
        self._top = str(root.path)

    def actual(self, path: str, *, content: bool = True) -> Actual:
        """What is at *path*, without following a symlink there."""
        try:
            with self._parent(path) as (parent, name):
                return _actual(parent, name, content=content)
        except (FileNotFoundError, NotADirectoryError):
            return ABSENT

    def names(self, path: str) -> list[str]:
        """What a directory holds; nothing where there is none."""
        try:
            with self._directory(path) as directory:
                return sorted(os.listdir(directory))  # noqa: PTH208 - a descriptor
        except (FileNotFoundError, NotADirectoryError):
            return []

    def destination(self, path: str) -> str:
        """The directory that the symlink at *path* leads to, with no symlink on the way.

        Raises OSError where it leads to none, ObstacleError where it is not followed.
        """
        fd, at = self._walk(self._inside(path))
        os.close(fd)
        return at

    def missing_parents(self, path: str) -> list[str]:
        """The directories that must be made before *path* can be, outermost first.

        Raises ObstacleError where something else stands in their place.
        """
        missing: list[str] = []
        parent = os.path.dirname(self._inside(path))  # noqa: PTH120 - text, see _walk
        while parent != self._top:
            there = self.actual(parent, content=False)
            if there.kind == "directory" or (there.kind == "symlink" and self._is_directory(parent)):
                break
            if there.kind != "absent":
                raise ObstacleError(
                    f"{parent} is no directory, and {path} is to lie below it.",
                    "Move it away, or name another place in gitlab.rb.",
                )
            missing.append(parent)
            parent = os.path.dirname(parent)  # noqa: PTH120
        return missing[::-1]

    def write(self, path: str, content: bytes, mode: int, owner: tuple[int, int] | None = None) -> None:
        """Replace the file at *path*; it never exists with less protection than *mode*."""
        self.stage(path, content, mode, owner)
        try:
            self.swap(path)
        except BaseException:
            self.unstage(path)
            raise

    def stage(self, path: str, content: bytes, mode: int, owner: tuple[int, int] | None = None) -> None:
        """Put what is to replace the file at *path* beside it, whole and synced. Its name is TEMPORARY's."""
        self._make_parents(path)
        with self._parent(path) as (parent, name):
            temporary = _fresh(parent, name)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            fd = os.open(temporary, flags, 0o600, dir_fd=parent)
            try:
                with open(fd, "wb") as file:
                    file.write(content)
                    file.flush()
                    _protect(fd, mode, owner)
                    os.fsync(fd)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=parent)
                raise

    def swap(self, path: str) -> None:
        """Put what was staged for *path* in its place, which takes no room on the disk."""
        with self._parent(path) as (parent, name):
            os.rename(name + TEMPORARY, name, src_dir_fd=parent, dst_dir_fd=parent)
            os.fsync(parent)

    def unstage(self, path: str) -> None:
        """Drop what was staged for *path*, if anything was."""
        self.unlink(path + TEMPORARY)

    def mkdir(self, path: str, mode: int, owner: tuple[int, int] | None = None) -> None:
        """Make a directory, with missing parents (0755, the invoker's)."""
        self._make_parents(path)
        with self._parent(path) as (parent, name):
            os.mkdir(name, mode & 0o700, dir_fd=parent)
            _protect_at(parent, name, mode, owner)
            os.fsync(parent)

    def symlink(self, path: str, target: str) -> None:
        """Make or replace a symlink at once."""
        self._make_parents(path)
        with self._parent(path) as (parent, name):
            temporary = _fresh(parent, name)
            os.symlink(target, temporary, dir_fd=parent)
            os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
            os.fsync(parent)

    def protect(self, path: str, mode: int, owner: tuple[int, int] | None = None) -> None:
        """Set owner and mode of a file or directory, never through a symlink."""
        with self._parent(path) as (parent, name):
            _protect_at(parent, name, mode, owner)

    def unlink(self, path: str) -> None:
        """Remove a file or symlink; nothing happens where there is none."""
        with suppress(FileNotFoundError), self._parent(path) as (parent, name):
            os.unlink(name, dir_fd=parent)
            os.fsync(parent)

    def rmdir(self, path: str) -> None:
        """Remove a directory, unless something lies in it: that is not ours to remove."""
        with suppress(FileNotFoundError), self._parent(path) as (parent, name):
            try:
                os.rmdir(name, dir_fd=parent)
            except OSError as exc:
                if exc.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                    raise
            os.fsync(parent)

    def remove_tree(self, path: str) -> None:
        """Remove a directory with all that lies in it, never through a symlink."""
        import shutil

        with suppress(FileNotFoundError), self._parent(path) as (parent, name):
            shutil.rmtree(name, dir_fd=parent)
            os.fsync(parent)

    def open_lock(self, path: str, *, make: bool = True) -> int:
        """A descriptor of the file at *path*, to lock it; with *make* the file is made where it is missing,
        without it a read-only file system will do.
        """
        flags = os.O_NOFOLLOW | os.O_CLOEXEC
        with self._parent(path) as (parent, name):
            if make:
                return os.open(name, os.O_RDWR | os.O_CREAT | flags, 0o600, dir_fd=parent)
            try:
                return os.open(name, os.O_RDWR | flags, dir_fd=parent)
            except OSError as exc:
                if exc.errno != errno.EROFS:
                    raise
                return os.open(name, os.O_RDONLY | flags, dir_fd=parent)

    def _make_parents(self, path: str) -> None:
        for directory in self.missing_parents(path):
            with self._parent(directory) as (parent, name), suppress(FileExistsError):
                _mkdir_shared(parent, name)
                os.fsync(parent)

    def _is_directory(self, path: str) -> bool:
        """Whether *path*, a symlink perhaps, leads to a directory."""
        try:
            with self._directory(path):
                return True
        except (FileNotFoundError, NotADirectoryError):
            return False

    @contextmanager
    def _parent(self, path: str) -> Iterator[tuple[int, str]]:
        """A descriptor of the directory that *path* lies in, and its name there."""
        normal = self._inside(path)
        if normal == self._top:
            raise ObstacleError(f"{path} is the root itself.", "Name a place below it in gitlab.rb.")
        parent, name = os.path.split(normal)
        try:
            with self._directory(parent) as fd:
                yield fd, name
        except OSError as exc:
            exc.filename = path  # else it names only the last part
            raise

    @contextmanager
    def _directory(self, path: str) -> Iterator[int]:
        fd, _ = self._walk(self._inside(path))
        try:
            yield fd
        finally:
            os.close(fd)

    def _inside(self, path: str) -> str:
        """*path* without dots and doubled slashes. Raises ObstacleError where it lies outside the root."""
        normal = os.path.normpath(path)
        if not self._contains(normal):
            raise ObstacleError(f"{path} lies outside {self._top}.", "Name another place in gitlab.rb.")
        return normal

    def _contains(self, normal: str) -> bool:
        return f"{normal}/".startswith(self._top if self._top == "/" else f"{self._top}/")

    def _parts(self, normal: str) -> list[str]:
        return normal[len(self._top) :].strip("/").split("/") if normal != self._top else []

    def _walk(self, path: str) -> tuple[int, str]:
        """A descriptor of the directory at *path*, reached from the root one name at a time, and where it is.

        Paths are text here and not Path, which costs as much as the system calls: some hundred are walked.
        """
        links = 0
        at, left = self._top, self._parts(path)
        fd = os.open(at, _DIRECTORY)
        try:
            while left:
                name = left.pop(0)
                try:
                    below = os.open(name, _DIRECTORY, dir_fd=fd)
                    at = f"{at.rstrip('/')}/{name}"
                except OSError as exc:
                    if exc.errno not in _NO_DIRECTORY:
                        raise
                    target = self._target(fd, at, name)
                    links += 1
                    if target is None:
                        raise
                    if links > _MAX_LINKS:
                        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path) from None
                    at, left = self._top, [*self._parts(target), *left]
                    below = os.open(at, _DIRECTORY)
                os.close(fd)
                fd = below
        except BaseException:
            os.close(fd)
            raise
        return fd, at

    def _target(self, parent: int, at: str, name: str) -> str | None:
        """Where the symlink *name* in *at* leads, or None if it is no symlink. Raises ObstacleError."""
        info = os.stat(name, dir_fd=parent, follow_symlinks=False)
        if not stat.S_ISLNK(info.st_mode):
            return None
        where = f"{at.rstrip('/')}/{name}"
        target = os.path.normpath(os.path.join(at, os.readlink(name, dir_fd=parent)))  # noqa: PTH118
        if not self._contains(target):
            raise ObstacleError(
                f"{where} is a symbolic link that leads out of {self._top}, to {target}.",
                "glctl does not follow it: put a directory there.",
            )
        if info.st_uid not in (0, os.geteuid()):
            raise ObstacleError(
                f"{where} is a symbolic link that neither root nor this user has made, to {target}.",
                f"glctl does not follow it. If it is right: chown -h root {where}",
            )
        return target


def _fresh(parent: int, name: str) -> str:
    """The name of the temporary file for *name*; what a killed run has left there is gone."""
    temporary = name + TEMPORARY
    with suppress(FileNotFoundError):
        os.unlink(temporary, dir_fd=parent)
    return temporary


def _mkdir_shared(parent: int, name: str) -> None:
    """Make a directory of mode 0755, whatever the umask, in one call: no later run would mend half of it."""
    umask = os.umask(0o022)
    try:
        os.mkdir(name, 0o755, dir_fd=parent)
    finally:
        os.umask(umask)


def _protect_at(parent: int, name: str, mode: int, owner: tuple[int, int] | None) -> None:
    fd = os.open(name, _READ, dir_fd=parent)
    try:
        _protect(fd, mode, owner)
    finally:
        os.close(fd)


def _protect(fd: int, mode: int, owner: tuple[int, int] | None) -> None:
    if owner:
        os.fchown(fd, *owner)  # before the mode: chown clears set-id bits
    os.fchmod(fd, mode)


def _actual(parent: int, name: str, *, content: bool) -> Actual:
    try:
        info = os.stat(name, dir_fd=parent, follow_symlinks=False)
    except FileNotFoundError:
        return ABSENT
    about = (stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid)
    if stat.S_ISLNK(info.st_mode):
        return Actual("symlink", *about, target=os.readlink(name, dir_fd=parent))
    if stat.S_ISDIR(info.st_mode):
        return Actual("directory", *about)
    if not stat.S_ISREG(info.st_mode):
        return Actual("other", *about)
    if not content:
        return Actual("file", *about)
    try:
        fd = os.open(name, _READ, dir_fd=parent)
    except PermissionError:
        if info.st_uid != os.geteuid():
            raise
        return Actual("file", *about)  # our own, unreadable by its mode: that is wrong, whatever it holds
    with open(fd, "rb") as file:
        return Actual("file", *about, content=file.read())
