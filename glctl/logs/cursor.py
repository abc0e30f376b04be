"""Where a follower stands, kept in a file: the next one goes on there, without a line lost or given twice.

It is written after each few lines, in place: that takes microseconds, and outlives a SIGKILL without fsync.
The file has two slots, written in turn and each with a checksum, of which the newer whole one counts: when
writing one ends in the middle, the other is there.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import time
from binascii import crc32
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Any

from glctl.errors import GlctlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from glctl.logs.files import LogFile
    from glctl.logs.sources import LogSource

_VERSION = 2  # 1 was a JSON document alone, without the output
_LARGEST = 1 << 20  # bytes; some hundred times what all sources take
_PAGE = 4096  # bytes, which a kill does not cut in two


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
    """The marks of sources in the file *path*, which no other process uses meanwhile.

    *end*: where the output ended, of which all is behind these marks (see :meth:`Output.end`).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = _opened(path)
        self.end: list[int] = []
        self._turn, self._marks = 0, dict[str, Mark]()
        if self._file:
            try:
                self._turn, self.end, self._marks = _read(path, self._file.read(_LARGEST))
            except BaseException:
                self.close()
                raise
        self._entries = {name: _entry(name, found) for name, found in self._marks.items()}
        self._slot = 0  # bytes of each in the file; none where it has none of this process yet
        self._saved_at = -math.inf

    def close(self) -> None:
        """Let others use the file."""
        if self._file:
            self._file.close()

    def mark_of(self, source: LogSource) -> Mark | None:
        """Where reading of *source* is to go on; None where it was never read."""
        return self._marks.get(str(source.path))

    @property
    def age(self) -> float:
        """Seconds since this process wrote it; endless where it has not yet."""
        return time.monotonic() - self._saved_at

    def save(
        self, marks: Mapping[LogSource, Mark], end: Sequence[int] = (), *, lasting: bool = False
    ) -> None:
        """Write *marks* and the *end*, whole or not at all; *lasting*: onto the disk, which takes long.

        Other sources keep theirs. GlctlError where it fails.
        """
        for source, found in marks.items():
            name = str(source.path)
            self._marks[name] = found
            self._entries[name] = _entry(name, found)
        self._saved_at = time.monotonic()
        self._turn += 1
        text = (
            f'{{"glctl-cursor": {_VERSION}, "turn": {self._turn}, "output": {[*end]}, '
            f'"sources": {{{", ".join(self._entries.values())}}}}}'
        ).encode()
        slot = b"%08x %b\n" % (crc32(text), text)
        try:
            if self._file and not lasting and len(slot) <= self._slot:
                os.pwrite(self._file.fileno(), slot, self._turn % 2 * self._slot)
            else:
                self._replace(slot, lasting)
        except OSError as exc:
            raise GlctlError(
                f"Cannot write the cursor {self._path}: {exc.strerror}.",
                "Name a file in a directory that may be written to: --cursor FILE",
            ) from exc

    def _replace(self, slot: bytes, lasting: bool) -> None:
        """Atomic: a new file, readable by its owner only, in the place of the old one."""
        size = _PAGE * (2 * len(slot) // _PAGE + 1)
        slots = [b"\n".rjust(size)] * 2
        slots[self._turn % 2] = slot.ljust(size)
        new = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            file = open(os.open(new, flags, 0o600), "r+b", buffering=0)  # noqa: SIM115 - stays open
            fcntl.flock(file, fcntl.LOCK_EX)
            file.write(b"".join(slots))
            if lasting:
                os.fsync(file.fileno())
            new.replace(self._path)
        except OSError:
            with suppress(OSError):
                new.unlink()
            raise
        self.close()
        self._file, self._slot = file, size


def _entry(name: str, found: Mark) -> str:
    values = [found.size, found.digest, found.offset, found.label, found.at]
    return f"{json.dumps(name)}: {json.dumps(values)}"


def _opened(path: Path) -> IO[bytes] | None:
    """The file, for this process alone; None where there is none."""
    try:
        file = open(path, "rb", buffering=0, opener=_at_once)  # noqa: SIM115 - stays open
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise GlctlError(f"Cannot read the cursor {path}: {exc.strerror}.", "Name another file.") from exc
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UsageError(
            f"The cursor {path} is in use: another tail-logs keeps it.", "End that one, or name another file."
        ) from None
    return file


def _at_once(path: str, flags: int) -> int:
    """Open without waiting for who writes to a named pipe."""
    return os.open(path, flags | os.O_NONBLOCK)


def _read(path: Path, text: bytes) -> tuple[int, list[int], dict[str, Mark]]:
    """The turn of the newest slot in *text*, where the output ended then, and the marks."""
    try:
        if text.startswith(b"{"):
            return 0, [], _marks(json.loads(text), 1)
        half = len(text) // 2
        found = [document for slot in (text[:half], text[half:]) if (document := _document(slot))]
        newest = max(found, key=lambda document: int(document["turn"]))
        return int(newest["turn"]), [int(number) for number in newest["output"]], _marks(newest, _VERSION)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise UsageError(
            f"{path} is no cursor of tail-logs, or a damaged one; it is left as it is.",
            "Name another file, or remove it to begin with the last lines.",
        ) from None


def _document(slot: bytes) -> dict[str, Any] | None:
    """What *slot* holds, if it was written to its end."""
    line, newline, _ = slot.partition(b"\n")
    checksum, _, text = line.partition(b" ")
    if not newline or checksum != b"%08x" % crc32(text):
        return None
    document: dict[str, Any] = json.loads(text)
    return document


def _marks(document: dict[str, Any], version: int) -> dict[str, Mark]:
    if document["glctl-cursor"] != version:
        raise ValueError(document["glctl-cursor"])
    marks = {
        path: Mark(**values) if version == 1 else Mark(*values)
        for path, values in document["sources"].items()
    }
    for each in marks.values():
        numbers = (each.size, each.offset)
        if not all(isinstance(number, int) and number >= 0 for number in numbers):
            raise ValueError(each)
        if not (isinstance(each.digest, str) and isinstance(each.label, str) and isinstance(each.at, float)):
            raise ValueError(each)
    return marks
