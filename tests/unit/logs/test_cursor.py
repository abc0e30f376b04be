import contextlib
import gzip
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from glctl.errors import GlctlError, UsageError
from glctl.logs.cursor import Cursor, Mark, mark
from glctl.logs.files import LogFile
from glctl.logs.sources import LogSource

SOURCE = LogSource("registry", Path("/logs/current"))
OTHER = LogSource("nginx", Path("/logs/error.log"))
MARK = Mark(3, "ab" * 32, 42, "@400000006b0510fc0755579c", 1.5)


def save(path: Path, marks: Mapping[LogSource, Mark], *, lasting: bool = False) -> None:
    with contextlib.closing(Cursor(path)) as cursor:
        cursor.save(marks, lasting=lasting)


def read(path: Path, source: LogSource = SOURCE) -> Mark | None:
    with contextlib.closing(Cursor(path)) as cursor:
        return cursor.mark_of(source)


@pytest.mark.parametrize("lasting", [False, True])
def test_what_was_saved_is_read_again_and_other_sources_keep_theirs(tmp_path: Path, lasting: bool) -> None:
    path = tmp_path / "cursor"
    assert read(path) is None
    save(path, {SOURCE: MARK}, lasting=lasting)
    save(path, {OTHER: Mark()}, lasting=lasting)
    assert (read(path), read(path, OTHER)) == (MARK, Mark())
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["cursor"]


def copied(path: Path, cut: int | None = None) -> Path:
    """What another process finds at *path* after a kill; with *cut*, in place of the byte there another."""
    data = bytearray(path.read_bytes())
    if cut is not None:
        data[cut] ^= 1
    copy = path.with_name("copy")
    copy.write_bytes(data)
    return copy


def test_while_it_is_written_there_is_always_a_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    marks = [Mark(3, "ab" * 32, offset, "", 1.5) for offset in range(5)]
    with contextlib.closing(Cursor(path)) as cursor:
        for before, now in zip([Mark(), *marks], marks, strict=False):
            cursor.save({SOURCE: now})
            assert read(copied(path)) == now
            data = path.read_bytes()
            newest = data.index(b'"turn": %d,' % (now.offset + 1))
            assert newest // (len(data) // 2) == (now.offset + 1) % 2
            if before.offset < now.offset:
                assert read(copied(path, newest)) == before


def test_it_grows_with_its_sources(tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    sources = [LogSource("nginx", Path(f"/logs/{number}.log")) for number in range(100)]
    with contextlib.closing(Cursor(path)) as cursor:
        for source in sources:
            cursor.save({source: MARK})
    assert [read(path, source) for source in sources] == [MARK] * 100
    assert [each.name for each in tmp_path.iterdir()] == ["cursor"]


def test_one_of_the_first_version_is_gone_on_from(tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    values = {"size": 3, "digest": MARK.digest, "offset": 42, "label": MARK.label, "at": 1.5}
    path.write_text(json.dumps({"glctl-cursor": 1, "sources": {"/logs/current": values}}, indent=1) + "\n")
    assert read(path) == MARK
    save(path, {OTHER: MARK})
    assert (read(path), read(path, OTHER)) == (MARK, MARK)


def test_where_the_output_ended_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    with contextlib.closing(Cursor(path)) as cursor:
        assert cursor.end == []
        cursor.save({SOURCE: MARK}, [1, 2, 3])
    with contextlib.closing(Cursor(path)) as cursor:
        assert cursor.end == [1, 2, 3]


def test_two_processes_do_not_keep_the_same(tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    with contextlib.closing(Cursor(path)) as cursor:
        cursor.save({SOURCE: MARK})
        with pytest.raises(UsageError, match="is in use"):
            Cursor(path)
    assert read(path) == MARK


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GET /v2/",
        "[]",
        "{}",
        '{"glctl-cursor": 2, "sources": {}}',
        '50f8b2f5 {"glctl-cursor": 2, "turn": 1, "output": [], "sources": {}}\n',
        "c9cc3f66 []\n",
        '{"glctl-cursor": 1, "sources": []}',
        '{"glctl-cursor": 1, "sources": {"/x": {"size": "7"}}}',
        '{"glctl-cursor": 1, "sources": {"/x": {"offset": -7}}}',
        '{"glctl-cursor": 1, "sources": {"/x": {"unheard": 7}}}',
        '{"glctl-cursor": 1, "sources": {"/x": {"label": 7}}}',
        '{"glctl-cursor": 1, "sources": {"/x": {"size": 7',
        "[" * 100_000,
        "\x00\xff",
    ],
)
def test_what_is_no_cursor_is_told_and_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cursor"
    path.write_text(text)
    with pytest.raises(UsageError) as error:
        Cursor(path)
    assert str(path) in error.value.message
    assert "remove it" in error.value.hint
    assert path.read_text() == text


def test_a_cursor_that_cannot_be_read_or_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(GlctlError, match="Cannot read the cursor"):
        Cursor(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="is no cursor"):
        Cursor(tmp_path / "pipe")
    cursor = Cursor(tmp_path / "nosuch/cursor")
    with pytest.raises(GlctlError, match="No such file or directory"):
        cursor.save({SOURCE: MARK})


def test_a_mark_is_in_the_renamed_and_in_the_compressed_file_and_in_no_other(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\ntwo\n")
    with contextlib.closing(LogFile(path)) as file:
        place = mark(file, 4, "")
    path.rename(tmp_path / "renamed")
    (tmp_path / "compressed").write_bytes(gzip.compress(b"one\ntwo\nthree\n"))
    (tmp_path / "other").write_bytes(b"one\nthree\n")
    (tmp_path / "empty").touch()
    found = []
    for name in ("renamed", "compressed", "other", "empty"):
        with contextlib.closing(LogFile(tmp_path / name)) as file:
            found.append(place.is_in(file))
    assert found == [True, True, False, False]


def test_the_mark_of_an_empty_file_is_in_none(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    with contextlib.closing(LogFile(path)) as file:
        place = mark(file, 0, "label")
        assert not place.is_in(file)
    assert (place.size, place.label) == (0, "label")
