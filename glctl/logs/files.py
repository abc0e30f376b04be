"""One file of a log, live or archived: reading it, recognising it, finding its last lines."""

from __future__ import annotations

import os
from collections import deque
from typing import IO, TYPE_CHECKING

from glctl.logs.compressed import broken, compression, decompressed
from glctl.logs.stretches import beginning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from glctl.logs.stretches import Window

BLOCK = 1 << 16
HEAD = 512  # bytes; with the stamps of a log, enough to tell one beginning from another


class LogFile:
    """An open file. It stays readable to its end while it is renamed, compressed or deleted."""

    def __init__(self, path: Path) -> None:
        self.path = path  # as it was opened
        self._raw = path.open("rb", buffering=0)
        self._text: IO[bytes] = self._raw
        self._kind = compression(self._raw)
        self.compressed = bool(self._kind)
        self.truncated = False  # what was read is no longer there: the file was cut, and perhaps written anew
        if self.compressed:
            self._text = decompressed(self._raw, self._kind)
        self._head = self._begin()

    def close(self) -> None:
        self._text.close()
        self._raw.close()

    def read(self, size: int = BLOCK) -> bytes:
        """The next bytes of text; none at the end, or where a compressed file is broken, or one truncated."""
        if not self.compressed:
            return self._read_plain(size)
        try:
            return self._text.read(size)
        except broken(self._kind):
            return b""

    def _read_plain(self, size: int) -> bytes:
        data = self._raw.read(size)
        # Looked at afterwards: a file that was cut and has grown again gives other text at the same place.
        head = self._begin()
        if head.startswith(self._head) and (data or self.size >= self._raw.tell()):
            self._head = head
            return data
        self._raw.seek(-len(data), os.SEEK_CUR)
        self.truncated = True
        return b""

    def read_anew(self) -> None:
        """Read a truncated file from its beginning."""
        self.seek(0)
        self._head, self.truncated = self._begin(), False

    def seek(self, offset: int) -> None:
        """Go on reading at *offset* of the text, or at its end where there is less."""
        if not self.compressed:
            self._raw.seek(min(offset, self.size))
            return
        if offset < self._text.tell():  # zstd's cannot go back by itself
            self._raw.seek(0)
            self._text = decompressed(self._raw, self._kind)
        while (left := offset - self._text.tell()) > 0 and self.read(min(left, BLOCK)):
            pass

    def seek_to(self, window: Window) -> bool:
        """Go on reading where *window* begins, or a little before; whether that is in this file."""
        start = 0 if self.compressed else beginning(self._raw, window)
        self.seek(start)
        return start > 0 or (window.since is not None and self.modified < window.since.timestamp())

    def seek_to_end(self) -> None:
        """Go on reading at the end of a file that is not compressed."""
        self._raw.seek(0, os.SEEK_END)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return os.fstat(self._raw.fileno()).st_size

    @property
    def modified(self) -> float:
        """When the last line was written (Unix seconds); gzip keeps that time."""
        return os.fstat(self._raw.fileno()).st_mtime

    @property
    def position(self) -> int:
        """Where in the text reading goes on."""
        return self._text.tell()

    def is_at(self, path: Path) -> bool:
        """Whether *path* names this very file."""
        try:
            return os.path.samestat(path.stat(), os.fstat(self._raw.fileno()))
        except OSError:
            return False

    def begins_like(self, other: LogFile) -> bool:
        """Whether *other* begins with the same text, as a compressed copy does; no if this file is empty."""
        return bool(self._head) and other.head.startswith(self._head)

    @property
    def head(self) -> bytes:
        """The first bytes of text, HEAD at most, as they were when the file was opened or read last."""
        return self._head

    def _begin(self) -> bytes:
        if not self.compressed:
            return os.pread(self._raw.fileno(), HEAD, 0)
        here = self._text.tell()
        self.seek(0)
        head = self.read(HEAD)
        self.seek(here)
        return head

    def last_lines(self, wanted: int, counts: Callable[[bytes], bool] | None = None) -> tuple[int, int]:
        """Where the last *wanted* lines begin, and how many of them are here.

        With *counts*, asked of lines without their newline and in any order, only those for which it holds.
        """
        if self.compressed:  # can only be read forwards
            starts: deque[int] = deque(maxlen=wanted)
            for offset, block in self._blocks_forwards():
                starts.extend(offset + start for start in _line_starts(block, counts))
            return (starts[0], wanted) if len(starts) == wanted else (0, len(starts))
        found = 0
        for offset, block in self._blocks_backwards():
            here = block.count(b"\n", 0, -1) + 1 if counts is None else len(_line_starts(block, counts))
            if found + here >= wanted:
                return offset + _line_starts(block, counts)[found - wanted], wanted
            found += here
        return 0, found

    def _blocks_forwards(self) -> Iterator[tuple[int, bytes]]:
        """The text in blocks of whole lines, each with its offset."""
        self.seek(0)
        offset, rest = 0, b""
        while data := self.read():
            data = rest + data
            whole = data.rfind(b"\n") + 1 or len(data)  # a longer line is cut: memory stays bounded
            yield offset, data[:whole]
            offset, rest = offset + whole, data[whole:]
        if rest:
            yield offset, rest

    def _blocks_backwards(self) -> Iterator[tuple[int, bytes]]:
        """As :meth:`_blocks_forwards`, from the end."""
        end = self.size
        while end > 0:
            start = max(0, end - BLOCK)
            block = os.pread(self._raw.fileno(), end - start, start)
            if start > 0:
                start += block.find(b"\n", 0, -1) + 1  # 0 where a line is longer than the block: it is cut
            yield start, block[start - end :]
            end = start


def _line_starts(block: bytes, counts: Callable[[bytes], bool] | None) -> list[int]:
    starts, start = [], 0
    for line in block.removesuffix(b"\n").split(b"\n"):
        if counts is None or counts(line):
            starts.append(start)
        start += len(line) + 1
    return starts
