"""The text of one log read forwards once: a plain file, a compressed one, a pipe."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING

from glctl.errors import GlctlError
from glctl.logs.compressed import broken, compression, decompressed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from io import FileIO


class Text:
    """An open log. OSError where it cannot be opened; how its reading ended too early is in *trouble*.

    *inode* (0: whichever): that of the file, which may have been rotated since and not be at *path* any more.
    """

    def __init__(self, path: Path, start: int = 0, inode: int = 0) -> None:
        self.trouble = ""
        self.size = 0  # bytes of text that were read
        self._raw = _opened(path, inode) if inode else path.open("rb", buffering=0)
        self._sized = self._raw.seekable()
        self._file = self._raw if self._sized else BufferedReader(self._raw)
        self._kind = compression(self._file)
        try:
            self._text: IO[bytes] = decompressed(self._file, self._kind) if self._kind else self._file
        except GlctlError:
            self._file.close()
            raise
        self._ends: tuple[type[Exception], ...] = broken(self._kind) if self._kind else (OSError,)
        if start:
            self._text.seek(start)

    def readinto(self, buffer: memoryview) -> int:
        """Fill the beginning of *buffer*; returns with how many bytes, none at the end."""
        try:
            size = self._text.readinto(buffer) or 0  # type: ignore[attr-defined]  # all of them have it
        except self._ends as exc:
            self.trouble = _why(exc, self._kind)
            return 0
        self.size += size
        return int(size)

    def taken(self) -> int:
        """Bytes of the file itself that were read; 0 where it has no size."""
        return self._raw.tell() if self._sized else 0

    def close(self) -> None:
        self._text.close()
        self._file.close()


def _opened(path: Path, inode: int) -> FileIO:
    """The file of that *inode*, at *path* or beside it."""
    for each in chain([path], _named(path.parent, inode)):
        with suppress(FileNotFoundError):
            file = each.open("rb", buffering=0)
            if os.fstat(file.fileno()).st_ino == inode:
                return file
            file.close()
    raise FileNotFoundError(errno.ENOENT, "removed before it was read", str(path))


def _named(directory: Path, inode: int) -> Iterator[Path]:
    """What has that *inode* in *directory*."""
    with os.scandir(directory) as entries:
        yield from (Path(entry.path) for entry in entries if entry.inode() == inode)


def _why(error: Exception, kind: str) -> str:
    if not kind:
        return getattr(error, "strerror", "") or str(error)
    return f"{kind} data {'end too early' if isinstance(error, EOFError) else 'are damaged'}"
