"""Text compressed by zstd as a file: what python-zstandard's own reader lacks is told and can be done here.

That reader takes the end of an unfinished file for the end of the text, and cannot go back.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO
    from typing import Self

# RFC 8878: a frame (section 3.1.1) has blocks with headers of 3 bytes, a skippable one (3.1.2) its size.
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_BLOCK_HEADER = 3
_REPEATED = 1  # the type of a block that is one byte, however many it stands for
_CHECKSUM = 4


class ZstdFile:
    """Reading raises EOFError where *file* ends within a frame."""

    def __init__(self, file: FileIO) -> None:
        self._file = file
        self.seek(0)

    def readinto(self, buffer: memoryview) -> int:
        size = int(self._reader.readinto(buffer))
        if not size and len(buffer):
            self._want_end()
        return size

    def read(self, size: int = -1) -> bytes:
        data = bytes(self._reader.read(size))
        if not data and size:
            self._want_end()
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to *offset*, or to the end of the text; reads all before it."""
        import zstandard

        self._file.seek(0)
        self._reader = zstandard.ZstdDecompressor().stream_reader(
            self._file, read_across_frames=True, closefd=False
        )
        left = offset if whence == os.SEEK_SET else None
        while left != 0 and (data := self._reader.read(1 << 16 if left is None else min(left, 1 << 16))):
            left = None if left is None else left - len(data)
        return self.tell()

    def tell(self) -> int:
        return int(self._reader.tell())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    def _want_end(self) -> None:
        if not _is_whole(self._file):
            raise EOFError


def _is_whole(file: FileIO) -> bool:
    """Whether *file* ends where a frame does."""
    size = os.fstat(file.fileno()).st_size
    at = 0
    while at < size:
        at = _end_of_frame(file, at)
    return at == size


def _end_of_frame(file: FileIO, at: int) -> int:
    """Where the frame that begins at *at* ends, also where that is behind the end of the file."""
    import zstandard

    head = os.pread(file.fileno(), 18, at)  # as long as a frame's header can be
    if int.from_bytes(head[:4], "little") in _SKIPPABLE:
        return at + 8 + int.from_bytes(head[4:8], "little")
    try:
        at += zstandard.frame_header_size(head)
        has_checksum = zstandard.get_frame_parameters(head).has_checksum
    except zstandard.ZstdError:
        return at + len(head) + 1  # it is cut within its header
    last = False
    while not last and (header := os.pread(file.fileno(), _BLOCK_HEADER, at)):
        block = int.from_bytes(header, "little")
        last = bool(block & 1) and len(header) == _BLOCK_HEADER
        at += _BLOCK_HEADER + (1 if block >> 1 & 3 == _REPEATED else block >> 3)
    return at + (_CHECKSUM if has_checksum else 0) + (not last)
