import contextlib
import functools
import gzip
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from glctl.errors import GlctlError
from glctl.logs import reader as reader_module
from glctl.logs.files import LogFile
from glctl.logs.filters import LineFilter
from glctl.logs.reader import LINE_LIMIT, SourceReader
from glctl.logs.sources import LogSource

ERRORS = LineFilter(pattern=re.compile(b"^error"))


class Svlogd:
    """Writes, rotates and compresses as svlogd does, one step at a time."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.current = directory / "current"
        self.source = LogSource("registry", self.current)
        self.rotations = 0

    def write(self, data: bytes) -> None:
        with self.current.open("ab") as file:
            file.write(data)

    def rotate(self, suffix: str = "s") -> Path:
        self.rotations += 1
        archive = self.directory / f"@400000006b0510fc{self.rotations:08x}.{suffix}"
        self.current.rename(archive)
        self.current.touch()
        return archive

    def compress(self, archive: Path) -> Path:
        done = archive.with_suffix(".s")
        data = gzip.compress(archive.read_bytes())
        archive.unlink()
        done.write_bytes(data)
        return done


@pytest.fixture
def svlogd(tmp_path: Path) -> Svlogd:
    return Svlogd(tmp_path)


@contextlib.contextmanager
def reading(
    source: LogSource, last: int = 10, wanted: LineFilter | None = None, **options: Any
) -> Iterator[SourceReader]:
    with contextlib.closing(SourceReader(source, last, wanted, **options)) as reader:
        yield reader


def drain(reader: SourceReader) -> bytes:
    """All that there is to read now."""
    blocks = []
    while (block := reader.read()) is not None:
        blocks.append(block)
    return b"".join(blocks)


def test_the_last_lines_come_from_archives_where_current_is_short(svlogd: Svlogd) -> None:
    svlogd.write(b"1\n2\n")
    svlogd.compress(svlogd.rotate("u"))
    svlogd.write(b"3\n4\n")
    svlogd.rotate()
    svlogd.write(b"5\n")
    for last, expected in (
        (1, b"5\n"),
        (3, b"3\n4\n5\n"),
        (4, b"2\n3\n4\n5\n"),
        (9, b"1\n2\n3\n4\n5\n"),
        (0, b""),
    ):
        with reading(svlogd.source, last) as reader:
            assert drain(reader) == expected


def test_archives_are_read_while_there_is_no_live_file(svlogd: Svlogd) -> None:
    svlogd.write(b"1\n2\n")
    svlogd.rotate()
    svlogd.current.unlink()
    with reading(svlogd.source, 1) as reader:
        assert drain(reader) == b"2\n"
        svlogd.write(b"3\n")
        assert drain(reader) == b"3\n"


def test_a_source_that_appears_later_is_read_from_its_beginning(svlogd: Svlogd) -> None:
    with reading(svlogd.source) as reader:
        assert drain(reader) == b""
        svlogd.write(b"1\n")
        svlogd.rotate()
        svlogd.write(b"2\n")
        assert drain(reader) == b"1\n2\n"


def test_what_was_written_before_a_rotation_is_read_before_what_comes_after(svlogd: Svlogd) -> None:
    svlogd.write(b"1\n")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"1\n"
        svlogd.write(b"2\n")
        svlogd.rotate()
        svlogd.write(b"3\n")
        assert drain(reader) == b"2\n3\n"
        svlogd.write(b"4\n")
        assert drain(reader) == b"4\n"


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("unread", [b"", b"2\n"])
def test_a_reader_that_slept_through_rotations_catches_up(
    svlogd: Svlogd, unread: bytes, compressed: bool
) -> None:
    svlogd.write(b"1\n")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"1\n"
        svlogd.write(unread)
        for number in range(3, 7):
            archive = svlogd.rotate("u")
            if compressed:
                svlogd.compress(archive)
            svlogd.write(b"%d\n" % number)
        assert drain(reader) == unread + b"3\n4\n5\n6\n"


def test_archives_that_svlogd_deletes_are_read_when_they_were_opened_before(svlogd: Svlogd) -> None:
    svlogd.write(b"1\n")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"1\n"
        archives = []
        for number in range(2, 5):
            archives.append(svlogd.rotate())
            svlogd.write(b"%d\n" % number)
        assert reader.read() == b"2\n"  # the first block after the end: now all are open
        for archive in archives:
            archive.unlink()
        assert drain(reader) == b"3\n4\n"


def test_when_even_the_file_being_read_was_deleted_the_remaining_archives_are_read(svlogd: Svlogd) -> None:
    svlogd.write(b"0\n")
    svlogd.rotate()
    svlogd.write(b"1\n")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"0\n1\n"
        for number in range(2, 6):
            archive = svlogd.rotate()
            if number < 4:
                archive.unlink()
            svlogd.write(b"%d\n" % number)
        assert drain(reader) == b"3\n4\n5\n"


def test_between_renaming_and_making_anew_nothing_is_lost(svlogd: Svlogd) -> None:
    svlogd.write(b"1\n")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"1\n"
        svlogd.write(b"2\n")
        archive = svlogd.rotate("u")
        svlogd.current.unlink()  # not there yet
        assert drain(reader) == b"2\n"
        svlogd.compress(archive)
        svlogd.write(b"3\n")
        assert drain(reader) == b"3\n"


def test_a_line_cut_off_by_a_killed_svlogd_does_not_run_into_the_next(svlogd: Svlogd) -> None:
    svlogd.write(b"1\nhalf")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"1\n"
        svlogd.rotate("u")
        svlogd.write(b"2\n")
        assert drain(reader) == b"half\n2\n"


def test_a_line_is_given_when_it_is_whole(svlogd: Svlogd) -> None:
    svlogd.write(b"1\nha")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"1\n"
        svlogd.write(b"lf\n")
        assert drain(reader) == b"half\n"
        svlogd.write(b"rest")
        assert drain(reader) == b""
        assert reader.rest() == b"rest"


def test_a_line_without_an_end_goes_out_in_pieces(svlogd: Svlogd) -> None:
    text = b"x" * (3 * LINE_LIMIT + 5) + b"\nend\n"
    svlogd.write(text)
    with reading(svlogd.source, 1000) as reader:
        pieces = []
        while (piece := reader.read()) is not None:
            pieces.append(piece)
    assert b"".join(pieces) == text
    assert max(map(len, pieces)) < 2 * LINE_LIMIT


def test_a_truncated_file_is_read_from_its_beginning(svlogd: Svlogd) -> None:
    svlogd.write(b"1\n2\nhal")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"1\n2\n"
        os.truncate(svlogd.current, 0)
        svlogd.write(b"3\n")
        assert drain(reader) == b"3\n"


def test_a_directory_that_is_made_anew_is_followed(tmp_path: Path) -> None:
    svlogd = Svlogd(tmp_path / "logs")
    svlogd.directory.mkdir()
    svlogd.write(b"1\n")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"1\n"
        svlogd.write(b"2\n")
        svlogd.directory.rename(tmp_path / "old")
        assert drain(reader) == b"2\n"
        svlogd.directory.mkdir()
        svlogd.write(b"3\n")
        assert drain(reader) == b"3\n"


def test_with_a_filter_the_last_lines_are_the_last_wanted_ones_also_from_archives(svlogd: Svlogd) -> None:
    svlogd.write(b"error 1\nx\nerror 2\nx\n")
    svlogd.rotate()
    svlogd.write(b"x\nx\nerror 3\nx\n")
    with reading(svlogd.source, 2, ERRORS) as reader:
        assert drain(reader) == b"error 2\nx\nx\nx\nerror 3\nx\n"


def test_the_search_for_wanted_lines_is_bounded(svlogd: Svlogd, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "LOOK_BACK", 10)
    for number in range(5):
        svlogd.write(b"error %d\nxxx\n" % number)
        svlogd.rotate()
    with reading(svlogd.source, 9, ERRORS) as reader:
        assert drain(reader) == b"error 4\nxxx\n"


class Nginx:
    """A plain log that logrotate renames, and that nginx goes on writing to until it is told to reopen."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "error.log"
        self.source = LogSource("nginx", self.path)
        self.reopen()

    def reopen(self) -> None:
        self.file = self.path.open("ab", buffering=0)

    def write(self, data: bytes) -> None:
        self.file.write(data)


def test_a_renamed_nginx_log_is_read_until_nginx_has_left_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nginx = Nginx(tmp_path)
    monkeypatch.setattr(reader_module, "REOPEN_GRACE", 60.0)
    with reading(nginx.source, patient=True) as reader, contextlib.ExitStack() as stack:
        nginx.write(b"1\n")
        stack.callback(nginx.file.close)
        assert drain(reader) == b"1\n"
        nginx.path.rename(tmp_path / "error.log.1")
        nginx.path.touch()
        nginx.write(b"2\n")
        assert drain(reader) == b"2\n"
        old = nginx.file
        nginx.reopen()
        stack.callback(nginx.file.close)
        nginx.write(b"4\n")
        assert drain(reader) == b""
        old.write(b"3\n")  # a worker that has not reopened yet
        assert drain(reader) == b"3\n"
        monkeypatch.setattr(reader_module, "REOPEN_GRACE", 0.0)
        assert drain(reader) == b"4\n"


def test_numbered_archives_are_read_for_the_last_lines(tmp_path: Path) -> None:
    (tmp_path / "error.log.2.gz").write_bytes(gzip.compress(b"1\n2\n"))
    (tmp_path / "error.log.1").write_bytes(b"3\n")
    (tmp_path / "error.log").write_bytes(b"4\n")
    with reading(LogSource("nginx", tmp_path / "error.log"), 3) as reader:
        assert drain(reader) == b"2\n3\n4\n"


@pytest.mark.skipif(os.getuid() != 0, reason="needs another account to be refused")
def test_a_log_that_may_not_be_read_says_so(svlogd: Svlogd) -> None:
    svlogd.write(b"1\n")
    svlogd.current.chmod(0)
    os.seteuid(65534)
    try:
        with pytest.raises(GlctlError) as error:
            SourceReader(svlogd.source, 1)
    finally:
        os.seteuid(0)
    assert "permission denied" in error.value.message
    assert "sudo" in error.value.hint


# --- going on from a mark


def resumed(reader: SourceReader, **options: Any) -> contextlib.closing[SourceReader]:
    """Another reader that goes on where *reader* has ended."""
    place = reader.mark(0)
    reader.close()
    return contextlib.closing(SourceReader(reader.source, 10, place=place, **options))


@pytest.mark.parametrize("suffix", ["s", "u"])
def test_a_reader_that_ended_goes_on_over_rotations(svlogd: Svlogd, suffix: str) -> None:
    svlogd.write(b"0\n")
    svlogd.rotate()
    svlogd.write(b"1\n2\nha")
    with reading(svlogd.source, 3) as reader:
        assert drain(reader) == b"1\n2\n"
        svlogd.write(b"lf\n")
        archive = svlogd.rotate(suffix)
        if suffix == "u":
            svlogd.compress(archive)
        for number in range(3, 5):
            svlogd.write(b"%d\n" % number)
            svlogd.rotate()
        svlogd.write(b"5\n")
        with resumed(reader) as again:
            assert drain(again) == b"half\n3\n4\n5\n"


def test_a_reader_that_ended_in_the_middle_of_what_it_was_given_goes_on_there(svlogd: Svlogd) -> None:
    svlogd.write(b"1\n22\n333\nhal")
    with reading(svlogd.source) as reader:
        assert reader.read() == b"1\n22\n333\n"
        place = reader.mark(len(b"22\n333\n"))
    with reading(svlogd.source, place=place) as again:
        assert drain(again) == b"22\n333\n"


def test_a_line_that_was_cut_off_is_told_once(svlogd: Svlogd) -> None:
    svlogd.write(b"1\nhalf")
    with reading(svlogd.source) as reader:
        assert reader.read() == b"1\n"
        svlogd.rotate()
        svlogd.write(b"2\n")
        assert reader.read() == b"half\n"
        place, given = reader.mark(len(b"half\n")), reader.mark(0)
    with reading(svlogd.source, place=place) as again:
        assert drain(again) == b"half\n2\n"
    with reading(svlogd.source, place=given) as again:
        assert drain(again) == b"2\n"


def test_when_all_that_a_mark_knew_is_deleted_the_rest_is_read_and_the_loss_told(svlogd: Svlogd) -> None:
    told: list[str] = []
    svlogd.write(b"1\n")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"1\n"
        svlogd.rotate().unlink()
        svlogd.write(b"2\n")
        svlogd.rotate()
        svlogd.write(b"3\n")
        with resumed(reader, tell=told.append) as again:
            assert drain(again) == b"2\n3\n"
    assert len(told) == 1
    assert "lines may be missing" in told[0]


@pytest.mark.parametrize("kind", ["s", "u"])
def test_rotations_after_the_clock_was_set_back_lose_nothing(svlogd: Svlogd, kind: str) -> None:
    svlogd.write(b"1\n")
    svlogd.rotations = 50
    svlogd.rotate()
    svlogd.write(b"2\n")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"1\n2\n"
        svlogd.rotations = 10
        for number in range(3, 6):
            svlogd.write(b"%d\n" % number)
            archive = svlogd.rotate(kind)
            if kind == "u":
                svlogd.compress(archive)
        svlogd.write(b"6\n")
        assert drain(reader) == b"3\n4\n5\n6\n"


def test_a_file_that_is_deleted_right_before_it_is_opened_is_told(
    svlogd: Svlogd, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    svlogd.write(b"1\n")
    with reading(svlogd.source, tell=told.append) as reader:
        assert drain(reader) == b"1\n"
        svlogd.rotate()
        svlogd.write(b"2\n")
        oldest = svlogd.rotate()
        svlogd.write(b"3\n")
        look = LogSource.archives

        def delete_then(source: LogSource) -> list[Path]:
            found = look(source)
            oldest.unlink(missing_ok=True)
            return found

        monkeypatch.setattr(LogSource, "archives", delete_then)
        assert drain(reader) == b"3\n"
    assert len(told) == 1
    assert "lines may be missing" in told[0]


@pytest.mark.parametrize("there", [True, False], ids=["empty", "no file"])
def test_what_comes_after_there_was_nothing_is_read_from_its_beginning(svlogd: Svlogd, there: bool) -> None:
    if there:
        svlogd.write(b"old\n")
        svlogd.rotate()
    with reading(svlogd.source, 0) as reader:
        assert drain(reader) == b""
        told: list[str] = []
        for number in range(3):
            svlogd.write(b"%d\n" % number)
            svlogd.rotate()
        with resumed(reader, tell=told.append) as again:
            assert drain(again) == b"0\n1\n2\n"
    assert told == []


def test_more_files_than_may_be_open_are_read_in_their_order(
    svlogd: Svlogd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "OPEN_AT_ONCE", 3)
    svlogd.write(b"0\n")
    with reading(svlogd.source) as reader:
        assert drain(reader) == b"0\n"
        place = reader.mark(0)
        for number in range(1, 20):
            svlogd.rotate()
            svlogd.write(b"%d\n" % number)
        expected = b"".join(b"%d\n" % number for number in range(1, 20))
        assert drain(reader) == expected
    with reading(svlogd.source, place=place) as again:
        assert drain(again) == expected
    with reading(svlogd.source, 19) as other:
        assert drain(other) == expected


def renaming(path: Path, kept: int, *, compress: bool = False) -> Iterator[None]:
    """Rotate as logrotate does by renaming, with delaycompress, step by step, without telling the writer."""
    for number in range(kept, 0, -1):
        for suffix in ("", ".gz"):
            old = path.with_name(f"{path.name}.{number}{suffix}")
            if old.exists():
                old.rename(path.with_name(f"{path.name}.{number + 1}{suffix}"))
                yield
    path.rename(path.with_name(f"{path.name}.1"))
    yield
    path.touch()
    if compress and (second := path.with_name(f"{path.name}.2")).exists():
        yield
        second.with_name(f"{second.name}.gz").write_bytes(gzip.compress(second.read_bytes()))
        yield
        second.unlink()


def rename(path: Path, kept: int, *, compress: bool = False) -> None:
    for _ in renaming(path, kept, compress=compress):
        pass


def copy(path: Path) -> None:
    """Begin to rotate as logrotate does with copytruncate."""
    for number in range(9, 0, -1):
        old = path.with_name(f"{path.name}.{number}")
        if old.exists():
            old.rename(path.with_name(f"{path.name}.{number + 1}"))
    path.with_name(f"{path.name}.1").write_bytes(path.read_bytes())


def copy_and_truncate(path: Path) -> None:
    copy(path)
    os.truncate(path, 0)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("ended", [False, True], ids=["slept", "ended"])
def test_renamings_that_were_slept_through_lose_nothing(tmp_path: Path, ended: bool, compress: bool) -> None:
    log = tmp_path / "access.log"
    append(log, b"1\n")
    with reading(LogSource("nginx", log)) as reader:
        assert drain(reader) == b"1\n"
        append(log, b"2\n")
        for number in range(3, 7):
            rename(log, 9, compress=compress)
            append(log, b"%d\n" % number)
        with resumed(reader) if ended else contextlib.nullcontext(reader) as again:
            assert drain(again) == b"2\n3\n4\n5\n6\n"


@pytest.mark.parametrize("ended", [False, True], ids=["slept", "ended"])
@pytest.mark.parametrize("cuts", [1, 3])
@pytest.mark.parametrize("new", [b"3\n", b"3 is longer than all that was there before\n"])
def test_what_copytruncate_has_copied_is_read_in_the_copy(
    tmp_path: Path, ended: bool, cuts: int, new: bytes
) -> None:
    log = tmp_path / "access.log"
    append(log, b"1\nha")
    with reading(LogSource("nginx", log)) as reader:
        assert drain(reader) == b"1\n"
        append(log, b"lf\n")
        for _ in range(cuts):
            copy_and_truncate(log)
            append(log, new)
        with resumed(reader) if ended else contextlib.nullcontext(reader) as again:
            assert drain(again) == b"half\n" + cuts * new


@pytest.mark.parametrize("ended", [False, True], ids=["slept", "ended"])
@pytest.mark.parametrize("rotate", [copy_and_truncate, lambda path: rename(path, 9)], ids=["copy", "rename"])
@pytest.mark.parametrize("older", [True, False])
def test_what_came_and_was_rotated_after_the_file_was_empty_is_read(
    tmp_path: Path, older: bool, rotate: Callable[[Path], None], ended: bool
) -> None:
    log = tmp_path / "access.log"
    log.touch()
    if older:
        append(log, b"0\n")
        rotate(log)
    with reading(LogSource("nginx", log), 0) as reader:
        assert drain(reader) == b""
        for number in range(1, 4):
            append(log, b"%d\n" % number)
            rotate(log)
        append(log, b"4\n")
        with resumed(reader) if ended else contextlib.nullcontext(reader) as again:
            assert drain(again) == b"1\n2\n3\n4\n"


# --- rotations at any moment


class Moments:
    """Does the *acts*, one after another, from the *nth* moment on: before and after each look at a file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, nth: int, *acts: Callable[[], object]) -> None:
        self._left = nth
        self._acts = list(acts)
        for owner, name in (
            (reader_module, "_opened"),
            (LogSource, "archives"),
            (LogFile, "is_at"),
            (LogFile, "read"),
        ):
            monkeypatch.setattr(owner, name, self._between(getattr(owner, name)))

    def _between(self, look: Callable[..., Any]) -> Callable[..., Any]:
        def looked(*arguments: Any) -> Any:
            self._pass()
            result = look(*arguments)
            self._pass()
            return result

        return looked

    def _pass(self) -> None:
        self._left -= 1
        if self._left <= 0 and self._acts:
            self._acts.pop(0)()

    def finish(self) -> bool:
        """Do what is left; whether that was nothing."""
        done = not self._acts
        while self._acts:
            self._acts.pop(0)()
        return done


def do(steps: Iterable[Callable[[], object]]) -> None:
    for step in steps:
        step()


class Log:
    """A log with numbered lines that is rotated in the way *kind* says, one step at a time."""

    def __init__(self, kind: str, directory: Path) -> None:
        self._svlogd = Svlogd(directory)
        self._kind = kind
        is_svlogd = kind.startswith("svlogd")
        self.source = self._svlogd.source if is_svlogd else LogSource("nginx", directory / "access.log")
        self.written = b""
        self._count = 0

    def write(self) -> None:
        line = b"line %d\n" % self._count
        self._count += 1
        self.written += line
        append(self.source.path, line)

    def rotation(self) -> list[Callable[[], object]]:
        """The steps of one; a line is written before and after it."""
        path = self.source.path
        if self._kind == "svlogd":
            return [self.write, self._svlogd.rotate, self.write]
        if self._kind == "svlogd, gzip":
            return [self.write, lambda: self._svlogd.compress(self._svlogd.rotate("u")), self.write]
        if self._kind == "copytruncate":
            return [self.write, lambda: copy(path), lambda: os.truncate(path, 0), self.write]
        steps = renaming(path, 9, compress=self._kind.endswith("gzip"))
        return [self.write, *[lambda: next(steps, None)] * 5, lambda: [*steps], self.write]

    def rotate(self) -> None:
        do(self.rotation())


@pytest.mark.parametrize("at_once", [True, False], ids=["at once", "slowly"])
@pytest.mark.parametrize("way", ["begun", "followed", "resumed"])
@pytest.mark.parametrize("kind", ["svlogd", "svlogd, gzip", "rename", "rename, gzip", "copytruncate"])
def test_a_rotation_between_any_two_looks_at_the_files_neither_loses_nor_doubles_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, way: str, at_once: bool
) -> None:
    wrong, moment, reached = [], 0, True
    while reached:
        moment += 1
        directory = tmp_path / str(moment)
        directory.mkdir()
        log = Log(kind, directory)
        log.rotate()
        reader = SourceReader(log.source, 1000)
        given = b""
        if way != "begun":
            given += drain(reader)
            log.rotate()
        steps = [step for _ in range(2) for step in log.rotation()]
        with monkeypatch.context() as patch:
            moments = Moments(patch, moment, *([functools.partial(do, steps)] if at_once else steps))
            if way != "followed":
                place = reader.mark(0) if way == "resumed" else None
                reader.close()
                reader = SourceReader(log.source, 1000, place=place)
            given += drain(reader)
            reached = moments.finish()
        given += drain(reader)
        reader.close()
        if given != log.written:
            wrong.append((moment, given.replace(b"line ", b"").split()))
    assert moment > 10
    assert wrong == []
