"""One source read as an endless text: its archives, the live file, and every file that comes after.

Rotation renames the live file and begins a new one. So a reader keeps its descriptor until that file's end is
read, then opens everything that is newer, all at once: none can be compressed or deleted before its turn.
Promised for svlogd and for logrotate's rename: every line once and in order, as long as the archives by which
a reader is behind are still kept. Not for copytruncate, which loses what nobody has read yet.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from glctl.errors import GlctlError
from glctl.logs.files import LogFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from glctl.logs.filters import LineFilter
    from glctl.logs.sources import LogSource

LINE_LIMIT = 1 << 20  # bytes of a line that are held back until its newline comes
LOOK_BACK = 256 << 20  # bytes searched for the last lines of a kind, of which there may be none
REOPEN_GRACE = 1.0  # seconds that nginx's workers may still write to the renamed file once one has reopened
_LABEL = 25  # characters of svlogd's TAI64N label


class SourceReader:
    """Reads *source* from its last *last* lines on; with *wanted* only such lines, also counted so."""

    def __init__(self, source: LogSource, last: int, wanted: LineFilter | None = None) -> None:
        self.source = source
        self._test = wanted.new_test() if wanted else None
        self._newest = ""  # label of the newest archive when the live file was opened
        self._renewed_at: float | None = None
        self._partial = b""
        self._file: LogFile | None = None  # the file being read
        try:
            self._queue = self._files_with_last(last, wanted)  # what comes after it, oldest first
        except PermissionError as exc:
            raise GlctlError(
                f"Cannot read {source.path}: permission denied.", "Run it as root: sudo glctl tail-logs"
            ) from exc

    def close(self) -> None:
        for file in [self._file, *self._queue]:
            if file:
                file.close()

    def read(self) -> bytes | None:
        """The next whole lines (perhaps none that are wanted), or None where all there is has been read.

        A line longer than LINE_LIMIT comes in pieces, of which only the last ends with a newline.
        """
        block = self._next_block()
        if block is None:
            return None
        block = self._partial + block
        whole = block.rfind(b"\n") + 1
        if not whole and len(block) > LINE_LIMIT:
            whole = len(block)
        self._partial = block[whole:]
        return self._passing(block[:whole])

    def rest(self) -> bytes:
        """The unfinished last line, for a reader that will not wait for its newline."""
        rest, self._partial = self._partial, b""
        return self._passing(rest)

    def _passing(self, lines: bytes) -> bytes:
        if self._test is None or not lines:
            return lines
        end = b"\n" if lines.endswith(b"\n") else b""
        kept = [line for line in lines.removesuffix(b"\n").split(b"\n") if self._test(line)]
        return b"\n".join(kept) + end if kept else b""

    def _next_block(self) -> bytes | None:
        while file := self._file or self._advance():
            # Asked before reading: what was renamed before its end was seen gets no more lines.
            renamed = bool(self._queue) or not file.is_at(self.source.path)
            if block := file.read():
                return block
            if file.truncated:
                file.seek(0)
                self._partial = b""
            elif not renamed or not self._advance():
                return None
            elif self._partial:
                return b"\n"  # the writer was killed within a line
        return None

    def _advance(self) -> LogFile | None:
        """Go on to the next file, if there is one yet."""
        if not self._queue:
            self._queue = self._newer_files()
        if not self._queue:
            return None
        if self._file:
            self._file.close()
        self._file = self._queue.pop(0)
        return self._file

    # --- which files there are

    def _files_with_last(self, count: int, wanted: LineFilter | None) -> list[LogFile]:
        """The files that hold the last *count* lines, oldest first, each standing where they begin."""
        live, archives = self._look()
        if not count:
            if live:
                live.seek_to_end()
            return [live] if live else []
        files: list[LogFile] = []
        for file in _newest_first(live, archives):
            start, found = file.last_lines(count, wanted.begins if wanted else None)
            file.seek(start)
            files.append(file)
            count -= found
            if not count or (wanted and sum(f.size for f in files) > LOOK_BACK):
                break
        return files[::-1]

    def _newer_files(self) -> list[LogFile]:
        """Every file that is newer than the one read last, oldest first."""
        last, newest = self._file, self._newest
        try:
            live, archives = self._look()
        except PermissionError:
            return []  # svlogd opens a new file to others a moment after it made it
        if last and not self.source.by_svlogd and not self._is_left(live):
            if live:
                live.close()
            return []
        newer = [file for path in self._newer_than(last, newest, archives) if (file := _open(path))]
        return [*newer, live] if live else newer

    def _look(self) -> tuple[LogFile | None, list[Path]]:
        """The live file and the archives as they were at one moment."""
        while True:
            try:
                live = LogFile(self.source.path)
            except (FileNotFoundError, NotADirectoryError):
                live = None
            archives = self.source.archives()
            if live is None or live.is_at(self.source.path):
                self._newest = max([self._newest, *(path.name[:_LABEL] for path in archives)])
                return live, archives
            live.close()  # rotated between the two looks: it may be among the archives by now

    def _newer_than(self, last: LogFile | None, newest: str, archives: list[Path]) -> list[Path]:
        """Those of *archives* that are newer than *last*; *newest* was the newest when *last* was opened."""
        by_svlogd = self.source.by_svlogd
        if last is None:
            return [path for path in archives if path.name[:_LABEL] > newest] if by_svlogd else []
        for i, path in enumerate(archives):
            if last.is_at(path):
                return archives[i + 1 :]
        unseen = [path for path in archives if not by_svlogd or path.name[:_LABEL] > newest]
        for i, path in enumerate(unseen):
            if (file := _open(path)) is None:
                continue
            with contextlib.closing(file):
                if last.begins_like(file):  # compressed meanwhile
                    return unseen[i + 1 :]
        return unseen if by_svlogd else []  # svlogd deleted it, for its age: all the others are news

    def _is_left(self, live: LogFile | None) -> bool:
        """Whether nginx has left the renamed file that is being read for the *live* one.

        It writes to the old one until USR1 tells it to reopen, which each worker then does by itself.
        """
        if live is None or not live.size:
            return False
        self._renewed_at = self._renewed_at or time.monotonic()
        if time.monotonic() - self._renewed_at < REOPEN_GRACE:
            return False
        self._renewed_at = None
        return True


def _newest_first(live: LogFile | None, archives: list[Path]) -> Iterator[LogFile]:
    if live:
        yield live
    for path in reversed(archives):
        if file := _open(path):
            yield file


def _open(archive: Path) -> LogFile | None:
    """An archive, which svlogd may since have compressed (.u to .s) or deleted."""
    for path in (archive, archive.with_suffix(".s")):
        with contextlib.suppress(FileNotFoundError):
            return LogFile(path)
    return None
