"""Where a follower stands, kept in a file: the next one goes on there, without a line lost or given twice."""

from __future__ import annotations

import json
import math
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from glctl.errors import GlctlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from glctl.logs.files import LogFile
    from glctl.logs.sources import LogSource

_VERSION = 1
_LARGEST = 1 << 20  # bytes; some hundred times what all sources take


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in the text of a source: *offset* bytes from the beginning of a file that may have moved since.

    The file is told by its first *size* bytes, whose SHA-256 *digest* a compressed copy has, too; without
    any, there was no file, or an empty one. Archives behind *label* are that file, or newer: svlogd's with a
    greater TAI64N label, logrotate's behind the one that begins so. *at*: when it was so (Unix seconds).
    """

    size: int = 0
    digest: str = ""
    offset: int = 0
    label: str = ""
    at: float = 0.0

    def is_in(self, file: LogFile) -> bool:
        """Whether *file* is the one of this mark, perhaps compressed or copied; never, if that was empty."""
        head = file.head[: self.size]
        return 0 < self.size == len(head) and digest_of(head) == self.digest


def mark(file: LogFile, offset: int, label: str) -> Mark:
    """The mark of a place in *file*."""
    head = file.head
    return Mark(len(head), digest_of(head), offset, label, time.time())


def digest_of(text: bytes) -> str:
    """By which a beginning is told from others."""
    return sha256(text).hexdigest()


class Cursor:
    """The marks of sources in the file *path*."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._marks = _read(path)
        self._saved_at = -math.inf

    def mark_of(self, source: LogSource) -> Mark | None:
        """Where reading of *source* is to go on; None where it was never read."""
        return self._marks.get(str(source.path))

    @property
    def age(self) -> float:
        """Seconds since this process wrote it; endless where it has not yet."""
        return time.monotonic() - self._saved_at

    def save(self, marks: Mapping[LogSource, Mark], *, lasting: bool = False) -> None:
        """Write *marks*, whole or not at all; *lasting*: onto the disk, which takes long.

        Other sources keep theirs. GlctlError where it fails.
        """
        self._marks |= {str(source.path): found for source, found in marks.items()}
        self._saved_at = time.monotonic()
        document = {"glctl-cursor": _VERSION, "sources": {p: asdict(m) for p, m in self._marks.items()}}
        try:
            _replace(self._path, json.dumps(document, indent=1).encode() + b"\n", lasting)
        except OSError as exc:
            raise GlctlError(
                f"Cannot write the cursor {self._path}: {exc.strerror}.",
                "Name a file in a directory that may be written to: --cursor FILE",
            ) from exc


def _read(path: Path) -> dict[str, Mark]:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST)
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise GlctlError(f"Cannot read the cursor {path}: {exc.strerror}.", "Name another file.") from exc
    try:
        return _marks(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UsageError(
            f"{path} is no cursor of tail-logs, or a damaged one; it is left as it is.",
            "Name another file, or remove it to begin with the last lines.",
        ) from None


def _marks(document: Any) -> dict[str, Mark]:
    if document["glctl-cursor"] != _VERSION:
        raise ValueError(document["glctl-cursor"])
    marks = {path: Mark(**values) for path, values in document["sources"].items()}
    for each in marks.values():
        numbers = (each.size, each.offset)
        if not all(isinstance(number, int) and number >= 0 for number in numbers):
            raise ValueError(each)
        if not (isinstance(each.digest, str) and isinstance(each.label, str) and isinstance(each.at, float)):
            raise ValueError(each)
    return marks


def _replace(path: Path, content: bytes, lasting: bool) -> None:
    """Atomic: a new file, readable by its owner only, in the place of the old one."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if lasting:
                os.fsync(descriptor)
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
