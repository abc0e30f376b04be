"""The tree below the root: reading and changing it without ever leaving it.

Paths are walked descriptor by descriptor; a symlink is followed only to a place below the root. Files are
made beside their target, synced and renamed, so that a reader sees the old content or the new, whole.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from glctl.errors import GlctlError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.paths import Root

Kind = Literal["absent", "file", "directory", "symlink", "other"]

_MAX_LINKS = 40  # as the kernel's limit (path_resolution(7))
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_TEMPORARY = ".glctl-new"  # one name per target: a killed run leaves at most one, and the next replaces it


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


class OutsideRootError(GlctlError):
    """A path leads out of the root through a symlink."""


class Tree:
    """All that glctl reads and writes of its Resources goes through here."""

    def __init__(self, root: Root) -> None:
        self.root = root

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

    def write(self, path: str, content: bytes, mode: int, owner: tuple[int, int] | None = None) -> None:
        """Replace the file at *path*; it never exists with less protection than *mode*."""
        self._make_parents(path)
        with self._parent(path) as (parent, name):
            temporary = name + _TEMPORARY
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=parent)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            fd = os.open(temporary, flags, 0o600, dir_fd=parent)
            try:
                with open(fd, "wb") as file:
                    file.write(content)
                    file.flush()
                    if owner:
                        os.fchown(fd, *owner)
                    os.fchmod(fd, mode)
                    os.fsync(fd)
                os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(temporary, dir_fd=parent)
                raise
            os.fsync(parent)

    def mkdir(self, path: str, mode: int, owner: tuple[int, int] | None = None) -> None:
        """Make a directory, with missing parents (0755, the invoker's)."""
        self._make_parents(path)
        with self._parent(path) as (parent, name):
            os.mkdir(name, mode & 0o700, dir_fd=parent)
            os.fsync(parent)
        self.protect(path, mode, owner)

    def symlink(self, path: str, target: str) -> None:
        """Make or replace a symlink at once."""
        self._make_parents(path)
        with self._parent(path) as (parent, name):
            temporary = name + _TEMPORARY
            with suppress(FileNotFoundError):
                os.unlink(temporary, dir_fd=parent)
            os.symlink(target, temporary, dir_fd=parent)
            os.rename(temporary, name, src_dir_fd=parent, dst_dir_fd=parent)
            os.fsync(parent)

    def protect(self, path: str, mode: int, owner: tuple[int, int] | None = None) -> None:
        """Set owner and mode of a file or directory, never through a symlink."""
        with self._parent(path) as (parent, name):
            fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent)
            try:
                if owner:
                    os.fchown(fd, *owner)  # before the mode: chown clears set-id bits
                os.fchmod(fd, mode)
            finally:
                os.close(fd)

    def unlink(self, path: str) -> None:
        """Remove a file or symlink; nothing happens where there is none."""
        with suppress(FileNotFoundError), self._parent(path) as (parent, name):
            os.unlink(name, dir_fd=parent)
            os.fsync(parent)

    def _make_parents(self, path: str) -> None:
        missing = []
        parent = self._inside(path).parent
        while parent != self.root.path and self.actual(str(parent), content=False).kind == "absent":
            missing.append(parent)
            parent = parent.parent
        for directory in reversed(missing):
            with self._parent(str(directory)) as (fd, name):
                os.mkdir(name, 0o755, dir_fd=fd)
                os.chmod(name, 0o755, dir_fd=fd)  # noqa: S103 - whatever the umask
                os.fsync(fd)

    @contextmanager
    def _parent(self, path: str) -> Iterator[tuple[int, str]]:
        pure = self._inside(path)
        try:
            with self._directory(str(pure.parent)) as parent:
                yield parent, pure.name
        except OSError as exc:
            exc.filename = path  # else it names only the last part
            raise

    @contextmanager
    def _directory(self, path: str) -> Iterator[int]:
        fd = self._walk(self._inside(path))
        try:
            yield fd
        finally:
            os.close(fd)

    def _inside(self, path: str) -> Path:
        normal = Path(os.path.normpath(path))
        if not normal.is_relative_to(self.root.path):
            raise OutsideRootError(
                f"{path} lies outside {self.root.path}.", "glctl does not follow it there."
            )
        return normal

    def _walk(self, path: Path) -> int:
        """A descriptor of the directory at *path*, reached from the root one name at a time."""
        links = 0
        at, left = self.root.path, list(path.relative_to(self.root.path).parts)
        fd = os.open(at, _DIRECTORY)
        try:
            while left:
                name = left.pop(0)
                if stat.S_ISLNK(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
                    links += 1
                    if links > _MAX_LINKS:
                        raise OSError(40, "Too many levels of symbolic links", str(path))
                    target = self._inside(os.path.join(at, os.readlink(name, dir_fd=fd)))  # noqa: PTH118
                    left = [*target.relative_to(self.root.path).parts, *left]
                    at, below = self.root.path, os.open(self.root.path, _DIRECTORY)
                else:
                    at, below = at / name, os.open(name, _DIRECTORY | os.O_NOFOLLOW, dir_fd=fd)
                os.close(fd)
                fd = below
        except BaseException:
            os.close(fd)
            raise
        return fd


def _actual(parent: int, name: str, *, content: bool) -> Actual:
    try:
        info = os.stat(name or ".", dir_fd=parent, follow_symlinks=False)
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
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    with open(fd, "rb") as file:
        return Actual("file", *about, content=file.read())
