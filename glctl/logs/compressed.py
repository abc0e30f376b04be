"""Compressed logs: gzip, xz and zstd, read as the text that they hold."""

from __future__ import annotations

import os
from io import BufferedReader, FileIO
from typing import IO, Any, cast

from glctl.errors import GlctlError

_MAGIC = ((b"\x1f\x8b", "gzip"), (b"\xfd7zXZ\x00", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))


def compression(file: FileIO | BufferedReader[Any]) -> str:
    """How *file* is compressed, told by its first bytes; empty where it is not. Of a pipe none is taken."""
    head = os.pread(file.fileno(), 6, 0) if isinstance(file, FileIO) else file.peek(6)
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "")


def decompressed(file: FileIO | BufferedReader[Any], kind: str) -> IO[bytes]:
    """The text in a *file* that is compressed as *kind*. It can be sought in, at the price of reading again.

    GlctlError where that needs a package that is not there.
    """
    if kind == "xz":
        import lzma

        return cast("IO[bytes]", lzma.LZMAFile(file))
    if kind == "zstd":
        return _zstd(file)
    if igzip := _isal("igzip"):  # three times as quick as zlib
        return cast("IO[bytes]", igzip.IGzipFile(fileobj=file))
    import gzip

    return cast("IO[bytes]", gzip.GzipFile(fileobj=file))


def broken(kind: str) -> tuple[type[Exception], ...]:
    """What reading a damaged or unfinished file of that *kind* raises."""
    if kind == "xz":
        import lzma

        return EOFError, lzma.LZMAError
    if kind == "zstd":
        import zstandard

        return EOFError, zstandard.ZstdError
    import zlib

    isal = _isal("isal_zlib")
    return EOFError, OSError, zlib.error, *([isal.error] if isal else [])


def _isal(module: str) -> Any:
    """A module of the optional isal; None where it is not there."""
    from importlib import import_module

    try:
        return import_module(f"isal.{module}")
    except ImportError:
        return None


def _zstd(file: FileIO | BufferedReader[Any]) -> IO[bytes]:
    if not isinstance(file, FileIO):  # of which nobody could tell whether it has ended too early
        raise GlctlError("zstd's form is not read from a pipe.", "zstd -dc FILE | glctl scan-logs -")
    try:
        import zstandard  # noqa: F401
    except ImportError:
        raise GlctlError(
            f"{file.name!s} is compressed by zstd, which cannot be read here.",
            "pip install zstandard   (or: zstd -d on a copy of it)",
        ) from None
    from glctl.logs.zstd import ZstdFile

    return cast("IO[bytes]", ZstdFile(file))
