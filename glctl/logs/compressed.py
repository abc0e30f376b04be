"""Compressed logs: gzip, xz and zstd, read as the text that they hold."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, cast

from glctl.errors import GlctlError

if TYPE_CHECKING:
    from io import FileIO

_MAGIC = ((b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))


def compression(file: FileIO) -> str:
    """How *file* is compressed, told by its first bytes; empty where it is not."""
    head = os.pread(file.fileno(), 6, 0)
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "")


def decompressed(file: FileIO, kind: str) -> IO[bytes]:
    """The text in a *file* that is compressed as *kind*. It can be sought in, at the price of reading again.

    GlctlError where that needs a package that is not there.
    """
    if kind == "xz":
        import lzma

        return cast("IO[bytes]", lzma.LZMAFile(file))
    if kind == "zstd":
        return _zstd(file)
    try:  # three times as quick as zlib
        from isal import igzip

        return cast("IO[bytes]", igzip.IGzipFile(fileobj=file))
    except ImportError:
        import gzip

        return cast("IO[bytes]", gzip.GzipFile(fileobj=file))


def broken() -> tuple[type[Exception], ...]:
    """What reading a damaged or unfinished file raises."""
    import lzma
    import zlib

    errors: list[type[Exception]] = [EOFError, OSError, zlib.error, lzma.LZMAError]
    try:
        from zstandard import ZstdError

        errors.append(ZstdError)
    except ImportError:
        pass
    try:
        from isal.isal_zlib import error

        errors.append(error)
    except ImportError:
        pass
    return tuple(errors)


def _zstd(file: FileIO) -> IO[bytes]:
    try:
        import zstandard
    except ImportError:
        raise GlctlError(
            f"{file.name!s} is compressed by zstd, which cannot be read here.",
            "pip install zstandard   (or: zstd -d on a copy of it)",
        ) from None
    return cast("IO[bytes]", zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True))
