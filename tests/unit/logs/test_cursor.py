import contextlib
import gzip
import json
from pathlib import Path

import pytest

from glctl.errors import GlctlError, UsageError
from glctl.logs.cursor import Cursor, Mark, mark
from glctl.logs.files import LogFile
from glctl.logs.sources import LogSource

SOURCE = LogSource("registry", Path("/logs/current"))
OTHER = LogSource("nginx", Path("/logs/error.log"))
MARK = Mark(3, "ab" * 32, 42, "@400000006b0510fc0755579c", 1.5)


def test_what_was_saved_is_read_again_and_other_sources_keep_theirs(tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    assert Cursor(path).mark_of(SOURCE) is None
    Cursor(path).save({SOURCE: MARK})
    Cursor(path).save({OTHER: Mark()})
    again = Cursor(path)
    assert (again.mark_of(SOURCE), again.mark_of(OTHER)) == (MARK, Mark())


def test_it_is_replaced_as_a_whole_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "cursor"
    cursor = Cursor(path)
    cursor.save({SOURCE: MARK})
    before = path.open()
    with contextlib.closing(before):
        cursor.save({SOURCE: Mark()})
        assert json.load(before)["sources"]["/logs/current"]["offset"] == 42
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["cursor"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GET /v2/",
        "[]",
        "{}",
        '{"glctl-cursor": 2, "sources": {}}',
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
