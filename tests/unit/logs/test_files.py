import contextlib
import gzip
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from glctl.logs.files import BLOCK, LogFile

Opener = Callable[[bytes], "contextlib.AbstractContextManager[LogFile]"]


@pytest.fixture(params=["plain", "gzip"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    """Opens a file of the given text, plain or compressed."""

    @contextlib.contextmanager
    def open_text(text: bytes) -> Iterator[LogFile]:
        path = tmp_path / "log"
        path.write_bytes(text if request.param == "plain" else gzip.compress(text))
        with contextlib.closing(LogFile(path)) as file:
            yield file

    return open_text


def lines(count: int, length: int = 40) -> bytes:
    return b"".join(b"%*d\n" % (length, number) for number in range(count))


@pytest.mark.parametrize("count", [0, 1, 5, 10_000])
@pytest.mark.parametrize("wanted", [1, 3, 5, 6, 4000])
def test_the_last_lines_are_found_in_any_number_of_blocks(opened: Opener, count: int, wanted: int) -> None:
    text = lines(count)
    with opened(text) as file:
        start, found = file.last_lines(wanted)
        file.seek(start)
        rest = b"".join(iter(file.read, b""))
    assert found == min(count, wanted)
    assert rest == text[-41 * wanted :]


@pytest.mark.parametrize("text", [b"one\ntwo", b"\n\ntwo", b"x" * 3 * BLOCK + b"\none\ntwo"])
def test_an_unfinished_last_line_counts(opened: Opener, text: bytes) -> None:
    with opened(text) as file:
        assert file.last_lines(2) == (text.rindex(b"two") - len(text.split(b"\n")[-2]) - 1, 2)


@pytest.mark.parametrize("length", [BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_a_line_longer_than_a_block_is_cut_and_the_lines_after_it_are_right(
    opened: Opener, length: int
) -> None:
    with opened(lines(5, length) + b"end\n") as file:
        start, found = file.last_lines(1)
        assert found == 1
        file.seek(start)
        assert file.read(10) == b"end\n"


def test_only_lines_that_count_are_counted(opened: Opener) -> None:
    with opened(lines(5000)) as file:
        start, found = file.last_lines(3, lambda line: line.endswith(b"00"))
        assert (start, found) == (4700 * 41, 3)
        assert file.last_lines(100, lambda line: line.endswith(b"000")) == (0, 4)


@pytest.mark.parametrize("keep", [0.1, 0.9])
def test_a_compressed_file_that_is_broken_ends_early(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "log"
    data = gzip.compress(os.urandom(100_000))
    path.write_bytes(data[: int(len(data) * keep)])
    with contextlib.closing(LogFile(path)) as file:
        assert len(b"".join(iter(file.read, b""))) < 100_000


def test_garbage_with_the_beginning_of_gzip_has_no_lines(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"\x1f\x8b garbage")
    with contextlib.closing(LogFile(path)) as file:
        assert file.last_lines(5) == (0, 0)


def test_a_file_is_known_by_itself_not_by_its_name(tmp_path: Path) -> None:
    path, other = tmp_path / "current", tmp_path / "archive"
    path.write_bytes(b"one\n")
    with contextlib.closing(LogFile(path)) as file:
        assert file.is_at(path)
        path.rename(other)
        path.write_bytes(b"two\n")
        assert file.is_at(other)
        assert not file.is_at(path)
        path.unlink()
        assert not file.is_at(path)
        assert file.read() == b"one\n"


def test_a_compressed_copy_begins_like_its_original(tmp_path: Path) -> None:
    original, copy, other, empty = (tmp_path / name for name in ("a", "b", "c", "d"))
    original.write_bytes(lines(2000))
    copy.write_bytes(gzip.compress(lines(2000)))
    other.write_bytes(lines(2000).replace(b"3", b"4"))
    empty.touch()
    with contextlib.ExitStack() as stack:
        a, b, c, d = (
            stack.enter_context(contextlib.closing(LogFile(p))) for p in (original, copy, other, empty)
        )
        a.read(100)
        assert a.begins_like(b)
        assert not a.begins_like(c)
        assert not a.begins_like(d)
        assert not d.begins_like(a)
        assert a.read(5) == lines(2000)[100:105]


def test_a_file_cut_below_what_was_read_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    with contextlib.closing(LogFile(path)) as file:
        file.read()
        assert not file.truncated
        os.truncate(path, 4)
        assert (file.read(), file.truncated) == (b"", True)
        file.read_anew()
        assert file.read() == b"one\n"


def test_a_file_that_was_written_anew_is_truncated_though_it_is_as_long_again(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    with contextlib.closing(LogFile(path)) as file:
        assert file.read(4) == b"one\n"
        path.write_bytes(b"three\nfour\nfive\n")
        assert (file.read(), file.truncated, file.position) == (b"", True, 4)
        file.read_anew()
        assert file.read() == b"three\nfour\nfive\n"
