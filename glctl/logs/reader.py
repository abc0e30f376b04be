"""One source read as an endless text: its archives, the live file, and every file that comes after.

Rotation renames the live file and begins a new one. So a reader keeps its descriptor until that file's end is
read, then opens what is newer, all at once: none can be compressed or deleted before its turn.
Promised for svlogd and for logrotate's rename: every line once and in order, as long as the archives by which
a reader is behind are still kept. With copytruncate, lines that were written between the copy and the cut are
in no file any more: a reader that had not read them by then does not have them.
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from glctl.errors import GlctlError
from glctl.logs.cursor import Mark, digest_of, mark
from glctl.logs.files import LogFile
from glctl.logs.stretches import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from glctl.logs.filters import LineFilter
    from glctl.logs.sources import LogSource

LINE_LIMIT = 1 << 20  # bytes of a line that are held back until its newline comes
LOOK_BACK = 256 << 20  # bytes searched for the last lines of a kind, of which there may be none
REOPEN_GRACE = 1.0  # seconds that nginx's workers may still write to the renamed file once one has reopened
OPEN_AT_ONCE = 100  # files; a process may have 1024 open
_LONG_AGO = 60.0  # seconds after which nobody writes to a renamed file any more
_LABEL = 25  # characters of svlogd's TAI64N label


class SourceReader:
    """Reads *source* from its last *last* lines on (None: from *wanted*'s window on), or from *place* on.

    With *wanted*, only such lines are counted; all are given. *patient*: a file that was renamed is read
    until its writer has certainly left it. *tell* is told what is lost.
    """

    def __init__(
        self,
        source: LogSource,
        last: int | None,
        wanted: LineFilter | None = None,
        *,
        place: Mark | None = None,
        patient: bool = False,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.source = source
        self._patient = patient
        self._tell = tell
        self._labels: dict[LogFile, str] = {}  # as in a Mark
        self._known: set[str] | None = None  # the labels that svlogd had given when last looked at
        self._by_copy = False  # whether the live file is copied and truncated, and not renamed
        self._renewed_at: float | None = None
        self._partial = b""
        self._made_up = 0  # bytes of the last block that stand in no file
        self._nothing = Mark()  # where reading stands while there is no file
        self._file: LogFile | None = None  # the file being read
        try:
            # What comes after it, oldest first.
            self._queue = self._files_from(place) if place else self._files_with_last(last, wanted)
        except PermissionError as exc:
            raise GlctlError(
                f"Cannot read {source.path}: permission denied.", "Run it as root: sudo glctl tail-logs"
            ) from exc

    def close(self) -> None:
        for file in [self._file, *self._queue]:
            if file:
                file.close()

    def read(self) -> bytes | None:
        """The next whole lines (none while a line is not whole), or None where all there is has been read.

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
        return block[:whole]

    def rest(self) -> bytes:
        """The unfinished last line, for a reader that will not wait for its newline."""
        rest, self._partial = self._partial, b""
        return rest

    def mark(self, left: int) -> Mark:
        """Where the last *left* bytes begin of what :meth:`read` has given: there reading is to go on."""
        file = self._file or (self._queue[0] if self._queue else None)
        if file is None:
            return self._nothing
        read = file.position - len(self._partial)
        return mark(file, max(0, min(read, read + self._made_up - left)), self._labels[file])

    def _next_block(self) -> bytes | None:
        self._made_up = 0
        while file := self._file or self._advance():
            # Asked before reading: what was renamed before its end was seen gets no more lines.
            renamed = bool(self._queue) or not file.is_at(self.source.path)
            was_empty = not (file.head or self.source.by_svlogd)
            if block := file.read():
                if not (was_empty and self._copied(file, self._behind_label)):
                    return block
            elif file.truncated:
                if not self._copied(file, _from_copy):
                    self._partial = b""
                    file.read_anew()
            elif not renamed or not self._has_next():
                return None
            elif self._partial:
                self._made_up = 1
                return b"\n"  # the writer was killed within a line
            else:
                self._advance()
        return None

    def _advance(self) -> LogFile | None:
        """Go on to the next file, if there is one yet."""
        if not self._has_next():
            return None
        if self._file:
            self._labels.pop(self._file)
            self._file.close()
        self._file, self._renewed_at = self._queue.pop(0), None
        return self._file

    def _has_next(self) -> bool:
        if self._by_copy and len(self._queue) == 1:
            self._queue.pop().close()  # the live file: it may have been copied and truncated since
        if not self._queue:
            try:
                self._queue = self._newer_files()
            except PermissionError:
                return False  # svlogd opens a new file to others a moment after it made it
        if not self._queue:
            return False
        return not self._patient or self.source.by_svlogd or self._is_left(self._queue[0])

    def _is_left(self, following: LogFile) -> bool:
        """Whether the renamed file that is being read gets no more lines, now that *following* is there.

        nginx writes to it until USR1 tells it to reopen, which each worker then does by itself.
        """
        if self._by_copy or not self._file or len(self._queue) > 1:
            return True
        if not following.is_at(self.source.path):
            return True
        if not following.size:
            return False
        if time.time() - self._file.modified > _LONG_AGO:
            return True
        self._renewed_at = self._renewed_at or time.monotonic()
        return time.monotonic() - self._renewed_at >= REOPEN_GRACE

    def _copied(self, file: LogFile, which: Callable[[LogFile, list[Path]], list[Path]]) -> bool:
        """Go on with the copies made of the live *file* before it was truncated, if there are any."""

        def choose(live: LogFile | None, archives: list[Path]) -> list[LogFile]:
            files = [copy for path in which(file, archives)[:OPEN_AT_ONCE] if (copy := _open(path))]
            return [*files, live] if live and files else files

        if self.source.by_svlogd or not (files := self._look(choose)):
            return False
        if file.truncated:
            files[0].seek(file.position)
        self._queue, self._by_copy = files, file.is_at(self.source.path)
        self._advance()
        return True

    # --- which files there are

    def _files_with_last(self, count: int | None, wanted: LineFilter | None) -> list[LogFile]:
        """The files that hold the last *count* lines, oldest first, each standing where they begin."""

        def choose(live: LogFile | None, archives: list[Path]) -> list[LogFile]:
            if count == 0:
                if live:
                    live.seek_to_end()
                return [live] if live else []
            if live and archives and not self.source.by_svlogd and live.head and _holds(archives[-1], live):
                archives.pop()  # a copy made of it just now: it is about to be truncated
            counts = wanted.counting(self.source) if wanted else None
            window = wanted.window if wanted else Window()
            return _back_to(_last_lines_test(count, counts, window), live, archives)

        return self._look(choose)

    def _files_from(self, place: Mark) -> list[LogFile]:
        """The files from *place* on, oldest first, the first of them standing there."""
        self._nothing = place

        def choose(live: LogFile | None, archives: list[Path]) -> list[LogFile]:
            files = _back_to(place.is_in, live, self._perhaps_new(archives, place.label, place.size))
            if files and place.is_in(files[0]):
                files[0].seek(place.offset)
                return files
            if not place.size or self.source.by_svlogd:
                known: list[LogFile] = []
            else:
                known = [file for file in files if file is not live and file.modified < place.at]
            if place.size:
                self._tell(f"{self.source.path}: where the cursor stood is gone; lines may be missing.")
            for file in known:
                file.close()
            return [file for file in files if file not in known]

        return self._look(choose)

    def _newer_files(self) -> list[LogFile]:
        """The files that are newer than the one read last, oldest first."""
        last = self._file
        label = self._labels[last] if last else self._nothing.label

        def choose(live: LogFile | None, archives: list[Path]) -> list[LogFile]:
            paths = self._perhaps_new(archives, label, len(last.head) if last else 0)
            if last:
                paths = self._behind(last, paths)
            files = [file for path in paths[:OPEN_AT_ONCE] if (file := _open(path))]
            if self.source.by_svlogd and len(files) < min(len(paths), OPEN_AT_ONCE):
                self._tell_deleted()
            return [*files, live] if live and len(paths) <= OPEN_AT_ONCE else files

        return self._look(choose)

    def _tell_deleted(self) -> None:
        self._tell(f"{self.source.path}: a rotated file was deleted; lines may be missing.")

    def _behind(self, last: LogFile, paths: list[Path]) -> list[Path]:
        """Those of the archives *paths* that are newer than *last*, which may be among them."""
        for i, path in enumerate(paths):
            if last.is_at(path):
                return self._unknown(paths[:i]) + paths[i + 1 :]
        for i, path in enumerate(paths):
            if _holds(path, last):  # compressed meanwhile
                return self._unknown(paths[:i]) + paths[i + 1 :]
        if not self.source.by_svlogd:
            return [] if last.head else paths
        if paths:  # svlogd deleted it, for its age: all the others are news
            self._tell_deleted()
        return paths

    def _unknown(self, archives: list[Path]) -> list[Path]:
        """Those that svlogd made since the last look, even with smaller labels: the clock may be set back."""
        if self._known is None:
            return []
        return [path for path in archives if path.name[:_LABEL] not in self._known]

    def _perhaps_new(self, archives: list[Path], label: str, size: int) -> list[Path]:
        """Those of *archives* that may be a file with this *label* and *size* of its head, or newer."""
        if self.source.by_svlogd:
            unknown = self._unknown(archives)
            return [path for path in archives if path.name[:_LABEL] > label or path in unknown]
        if size:
            return archives  # which of them it is, its text tells
        for i in reversed(range(len(archives))):
            if label and _begins_as(archives[i], label):
                return archives[i + 1 :]
        return archives

    def _behind_label(self, file: LogFile, archives: list[Path]) -> list[Path]:
        """Copies that were made of *file* since it was empty."""
        found = self._perhaps_new(archives, self._labels[file], 0)
        return [] if any(file.is_at(path) for path in found) else found

    def _look(self, choose: Callable[[LogFile | None, list[Path]], list[LogFile]]) -> list[LogFile]:
        """The files that *choose* opens of the live file and the archives as they were at one moment."""
        while True:
            before = [] if self.source.by_svlogd else _inodes(self.source.archives())
            live = _opened(self.source.path)
            archives = self.source.archives()
            files = choose(live, archives)
            label = self._label(live, archives)
            # Rotated meanwhile, it may be among the archives by now; and logrotate gives their names away.
            same = live is None or live.is_at(self.source.path)
            same = same and (self.source.by_svlogd or _inodes(self.source.archives()) == before)
            for file in {*files, *([live] if live else [])}:
                if not same or file not in files:
                    file.close()
            if same:
                break
        if self.source.by_svlogd:
            label = max(self._nothing.label, label)
            self._known = {path.name[:_LABEL] for path in archives}
        self._nothing = Mark(label=label, at=time.time())
        for file in files:
            self._labels[file] = label if file is live else self._label_before(file)
        return files

    def _label_before(self, archive: LogFile) -> str:
        """A label that is smaller than that of *archive* by svlogd, and greater than those before."""
        return archive.path.name[: _LABEL - 1] if self.source.by_svlogd else ""

    def _label(self, live: LogFile | None, archives: list[Path]) -> str:
        """The label of *live*, or of none."""
        if not archives:
            return ""
        if self.source.by_svlogd:
            return archives[-1].name[:_LABEL]
        if live and live.head:
            return ""  # its own text tells it
        return next((label for path in reversed(archives) if (label := _beginning(path))), "")


def _last_lines_test(
    count: int | None, counts: Callable[[bytes], bool] | None, window: Window
) -> Callable[[LogFile], bool]:
    """A test for files, newest first, whether the last *count* lines begin in it. It then stands there."""
    left, looked_at = count, 0

    def begins_in(file: LogFile) -> bool:
        nonlocal left, looked_at
        if left is None:
            return file.seek_to(window)
        start, found = file.last_lines(left, counts)
        file.seek(start)
        left -= found
        looked_at += file.size
        return not left or (counts is not None and looked_at > LOOK_BACK)

    return begins_in


def _back_to(
    is_first: Callable[[LogFile], bool], live: LogFile | None, archives: list[Path]
) -> list[LogFile]:
    """The files from the first on, oldest first; all, where none is. Of many, only the oldest."""
    files: list[LogFile] = []
    for file in _newest_first(live, archives):
        files.append(file)
        if is_first(file):
            break
        if len(files) > OPEN_AT_ONCE and (newest := files.pop(0)) is not live:
            newest.close()
    return files[::-1]


def _from_copy(file: LogFile, archives: list[Path]) -> list[Path]:
    """The copy of *file* among *archives*, and all that is newer; nothing, where there is no copy."""
    for i, path in enumerate(archives):
        if not file.is_at(path) and _holds(path, file):
            return archives[i:]
    return []


def _inodes(paths: list[Path]) -> list[tuple[Path, int]]:
    """*paths* and the files that they name, as far as they are there."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            found.append((path, path.stat().st_ino))
    return found


def _beginning(path: Path) -> str:
    """By which the archive *path* is told, though it may grow: the size of its beginning, and a digest."""
    if (file := _open(path)) is None:
        return ""
    with contextlib.closing(file):
        return f"{len(file.head)}:{digest_of(file.head)}" if file.head else ""


def _begins_as(path: Path, beginning: str) -> bool:
    """Whether the archive *path* is what had this *beginning*."""
    if (file := _open(path)) is None:
        return False
    size, _, digest = beginning.partition(":")
    with contextlib.closing(file):
        return size.isdigit() and digest_of(file.head[: int(size)]) == digest


def _holds(path: Path, file: LogFile) -> bool:
    """Whether the archive *path* has the text of *file*."""
    if (archive := _open(path)) is None:
        return False
    with contextlib.closing(archive):
        return file.begins_like(archive)


def _newest_first(live: LogFile | None, archives: list[Path]) -> Iterator[LogFile]:
    if live:
        yield live
    for path in reversed(archives):
        if file := _open(path):
            yield file


def _open(archive: Path) -> LogFile | None:
    """An archive, which may since have been compressed (by svlogd .u to .s, by logrotate .gz) or deleted."""
    return _opened(archive, archive.with_suffix(".s"), archive.with_name(f"{archive.name}.gz"))


def _opened(*names: Path) -> LogFile | None:
    """The first of *names* that is there."""
    for name in names:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            return LogFile(name)
    return None
