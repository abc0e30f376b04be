import gzip
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glctl.logs import stretches as module
from glctl.logs.stretches import Stretch, Window, stretches, within

BEGAN = datetime(2026, 11, 24, tzinfo=UTC)


def line(second: int) -> bytes:
    moment = BEGAN + timedelta(seconds=second)
    return f"{moment:%Y-%m-%d_%H:%M:%S}.00000 line {second} {'x' * 200}\n".encode()


def written(path: Path, seconds: range) -> bytes:
    text = b"".join(map(line, seconds))
    path.write_bytes(text)
    return text


def read(path: Path, found: list[Stretch]) -> bytes:
    text = path.read_bytes()
    return b"".join(text[each.start : each.end] for each in found)


def test_pieces_join_to_the_whole_file_and_begin_with_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", 10_000)
    path = tmp_path / "current"
    text = written(path, range(1000))
    found = [*stretches(path, "registry", Window())]
    assert len(found) > 20
    assert read(path, found) == text
    assert all(text[each.start : each.start + 4] == b"2026" for each in found)


@pytest.mark.parametrize(("since", "until"), [(70_000, 72_000), (None, 500), (85_000, None), (90_000, None)])
def test_only_what_may_hold_the_window_is_read(tmp_path: Path, since: int | None, until: int | None) -> None:
    path = tmp_path / "current"
    written(path, range(0, 86_400, 4))
    window = Window(
        BEGAN + timedelta(seconds=since) if since is not None else None,
        BEGAN + timedelta(seconds=until) if until is not None else None,
    )
    text = read(path, [*stretches(path, "registry", window)])
    wanted = [line(s) for s in range(0, 86_400, 4) if (since or 0) <= s < (until or 90_000)]
    assert b"".join(wanted) in text
    assert len(text) < sum(map(len, wanted)) + 300_000 < path.stat().st_size


def test_where_the_clock_was_set_back_all_is_read(tmp_path: Path) -> None:
    path = tmp_path / "current"
    text = b"".join(map(line, [*range(40_000, 50_000), *range(10_000)]))
    path.write_bytes(text)
    assert read(path, [*stretches(path, "registry", Window(since=BEGAN + timedelta(seconds=49_000)))]) == text


def test_what_has_no_times_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.write_bytes(b"no time\n" * 100_000)
    assert read(path, [*stretches(path, "registry", Window(since=BEGAN))]) == path.read_bytes()


def test_compressed_files_are_one_stretch(tmp_path: Path) -> None:
    path = tmp_path / "old.gz"
    path.write_bytes(gzip.compress(line(1)))
    whole = Stretch(path, "nginx", inode=path.stat().st_ino)
    assert [*stretches(path, "nginx", Window(since=BEGAN))] == [whole]


def test_an_empty_file_has_none(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.touch()
    assert [*stretches(path, "registry", Window())] == []


def test_a_line_longer_than_a_piece_is_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 1000)
    path = tmp_path / "current"
    path.write_bytes(b"x" * 300_000 + b"\n" + line(1))
    assert [each.end for each in stretches(path, "registry", Window())] == [300_001, path.stat().st_size]


def test_a_window_has_its_beginning_and_not_its_end() -> None:
    window = Window(BEGAN, BEGAN + timedelta(hours=1))
    held = [window.holds(BEGAN + timedelta(minutes=m)) for m in (-1, 0, 59, 60)]
    assert held == [False, True, True, False]
    assert window.holds(None)
    assert Window().is_open
    assert not window.is_open


def test_a_file_that_is_not_there_and_a_pipe_are_one_stretch(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name in ("gone", "pipe"):
        path = tmp_path / name
        assert [*stretches(path, "registry", Window())] == [Stretch(path, "registry")]


def label(hour: int) -> str:
    """svlogd's label of *hour* o'clock: TAI64N, which runit makes by adding ten seconds."""
    seconds = int((BEGAN + timedelta(hours=hour)).timestamp())
    return f"@{2**62 + 10 + seconds:016x}00000000.s"


@pytest.mark.parametrize(
    ("since", "until", "kept"),
    [
        (None, None, [3, 6, 9, None]),
        (8, None, [9, None]),
        (9.5, None, [None]),
        (None, 5, [3, 6]),
        (4, 5, [6]),
        (7, 10, [9, None]),
    ],
)
def test_archives_of_other_times_are_not_opened(
    tmp_path: Path, since: float | None, until: float | None, kept: list[int | None]
) -> None:
    paths = [tmp_path / (label(hour) if hour else "current") for hour in (3, 6, 9, None)]
    for path in paths:
        path.touch()
        os.utime(path, ((BEGAN + timedelta(hours=11)).timestamp(),) * 2)
    window = Window(*(None if hour is None else BEGAN + timedelta(hours=hour) for hour in (since, until)))
    assert within(paths, window) == [tmp_path / (label(hour) if hour else "current") for hour in kept]


def test_a_file_that_was_last_written_before_the_window_is_not_opened(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("error.log.1.gz", "error.log")]
    for hour, path in enumerate(paths, 1):
        path.touch()
        os.utime(path, ((BEGAN + timedelta(hours=hour)).timestamp(),) * 2)
    assert within(paths, Window(BEGAN + timedelta(hours=1.5))) == paths[1:]
    assert within(paths, Window(None, BEGAN)) == paths
    assert within([tmp_path / "gone"], Window(BEGAN)) == [tmp_path / "gone"]


def test_what_svlogd_puts_before_lines_is_known_of_each_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PIECE", 1000)
    written(tmp_path / "current", range(10))
    written(tmp_path / "plain.log", range(10))
    (tmp_path / "config").write_bytes(b"n3\npbox (1): \n")
    found = [*stretches(tmp_path / "current", "registry", Window())]
    assert len(found) > 1
    assert {each.prefix for each in found} == {b"box (1): "}
    assert {each.prefix for each in stretches(tmp_path / "plain.log", "nginx", Window())} == {b""}
