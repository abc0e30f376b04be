import gzip
from datetime import UTC, datetime
from pathlib import Path

from glctl.logs.stretches import Stretch, Window
from glctl.logs.sweep import sweep

FINE = b'2026-11-24_03:59:14.64174 time="2026-11-24T03:59:14Z" level=info msg="response completed"\n'
FULL = (
    b'2026-11-24_04:59:14.64174 time="2026-11-24T04:59:14Z" level=error msg="x" '
    b'err.detail="write /srv: no space left on device"\n'
)
EVER = Window()


def counts(path: Path, start: int = 0, end: int | None = None, window: Window = EVER) -> dict[str, int]:
    tally = sweep(Stretch(path, "registry", start, end), window)
    return {code: seen.count for code, seen in tally.codes.items()}


def test_what_tells_something_is_counted_and_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.write_bytes(FINE * 5000 + FULL + FINE * 5000 + FULL)
    tally = sweep(Stretch(path, "registry"), Window())
    seen = tally.codes["storage-no-space"]
    assert (seen.count, tally.size) == (2, path.stat().st_size)
    text = path.read_bytes()
    assert [text[e.offset :].startswith(e.line) for e in seen.examples] == [True, True]


def test_stretches_that_meet_count_each_line_once(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.write_bytes((FINE + FULL) * 3000)
    cut = len(FINE + FULL) * 1234 + len(FINE)
    first, second = counts(path, 0, cut), counts(path, cut, None)
    assert first["storage-no-space"] + second["storage-no-space"] == 3000
    assert first == {"storage-no-space": 1234}


def test_only_lines_in_the_window_count(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.write_bytes(FULL + FULL.replace(b"_04:", b"_05:"))
    window = Window(datetime(2026, 11, 24, 5, tzinfo=UTC))
    assert counts(path, window=window) == {"storage-no-space": 1}


def test_compressed_text_counts_as_plain(tmp_path: Path) -> None:
    path = tmp_path / "old.gz"
    path.write_bytes(gzip.compress((FINE + FULL) * 3000))
    assert counts(path) == {"storage-no-space": 3000}


def test_a_last_line_without_its_newline_counts(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.write_bytes(FINE + FULL.rstrip(b"\n"))
    assert counts(path) == {"storage-no-space": 1}


def test_a_line_longer_than_the_buffer_is_one_line_and_what_follows_counts(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.write_bytes(b"panic: " + b"a panic: b\x00\xff" * 100_000 + b"\n" + FULL)
    assert counts(path) == {"registry-panic": 1, "storage-no-space": 1}
