import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glctl.logs.stretches import Stretch, Window, stretches
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


DUMP = b"""panic: runtime error: index out of range [1] with length 1

goroutine 1 [running]:
github.com/docker/distribution/registry/handlers.(*App).configure(0xc000010000, 0x1)
\tgithub.com/docker/distribution/registry/handlers/app.go:314 +0x1cba
main.main()
\t/build/main.go:12 +0x20: open /x: permission denied
created by net/http.(*Server).Serve
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4f]
exit status 2
"""


@pytest.mark.parametrize("stamp", [b"", b"2026-11-24_04:59:14.64174 "])
def test_a_panic_with_what_it_lists_is_one_record(tmp_path: Path, stamp: bytes) -> None:
    path = tmp_path / "current"
    path.write_bytes(b"".join(stamp + line + b"\n" for line in DUMP.splitlines()) + FULL)
    tally = sweep(Stretch(path, "registry"), EVER)
    assert {code: seen.count for code, seen in tally.codes.items()} == {
        "registry-panic": 1,
        "storage-no-space": 1,
    }
    assert tally.shapes == {}
    [example] = tally.codes["registry-panic"].examples
    assert example.line == stamp + b"\n".join(line for line in DUMP.splitlines() if stamp or line)


def test_what_cannot_be_opened_is_told(tmp_path: Path) -> None:
    tally = sweep(Stretch(tmp_path / "gone", "registry"), EVER)
    assert (tally.unread, tally.codes) == ({str(tmp_path / "gone"): "No such file or directory"}, {})


def test_of_an_archive_that_is_cut_what_is_there_counts_and_the_rest_is_told(tmp_path: Path) -> None:
    path = tmp_path / "old.gz"
    made = gzip.compress(b"".join(FULL + b"%d\n" % number for number in range(50_000)))
    path.write_bytes(made[: len(made) // 2])
    tally = sweep(Stretch(path, "registry"), EVER)
    assert 10_000 < tally.codes["storage-no-space"].count < 40_000
    assert tally.unread[str(path)] == f"gzip data end too early; {tally.size:,} bytes of text were read"


def test_how_far_it_has_come_is_told_in_bytes_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "old.gz"
    path.write_bytes(gzip.compress((FINE + FULL) * 9000))
    told: list[int] = []
    sweep(Stretch(path, "registry"), EVER, told.append)
    assert sum(told) == path.stat().st_size
    assert len(told) > 5


@pytest.mark.parametrize(("hour", "is_empty"), [(2, False), (5, True)])
def test_a_window_without_a_line_is_empty(tmp_path: Path, hour: int, is_empty: bool) -> None:
    path = tmp_path / "current"
    path.write_bytes(FINE)
    window = Window(datetime(2026, 11, 24, hour, tzinfo=UTC))
    assert sweep(Stretch(path, "registry"), window).is_empty is is_empty


def test_when_the_registry_began_is_noted(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.write_bytes(FINE + FINE.replace(b'"response completed"', b'"listening on 127.0.0.1:5000"'))
    assert sweep(Stretch(path, "registry"), EVER).starts == {
        "registry": datetime(2026, 11, 24, 3, 59, 14, 641740, UTC)
    }


def test_of_gitlabs_own_logs_only_what_is_about_the_registry_counts(tmp_path: Path) -> None:
    path = tmp_path / "production_json.log"
    other = b'{"method":"GET","path":"/a","status":500,"time":"2026-11-24T03:59:14Z"}\n'
    path.write_bytes(other * 100 + other.replace(b"/a", b"/jwt/auth") + other)
    tally = sweep(Stretch(path, "gitlab-rails"), EVER)
    assert {name: seen.count for name, seen in tally.shapes.items()} == {"GET … …": 1}


def test_the_prefix_of_svlogd_hides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "current"
    stamp = FINE[:26]
    lines = [stamp + b"box (1): " + line.removeprefix(FULL[:26]) for line in (FULL, FULL)]
    path.write_bytes(FINE.replace(stamp, stamp + b"box (1): ") * 3000 + b"".join(lines))
    tally = sweep(Stretch(path, "registry", prefix=b"box (1): "), EVER)
    assert tally.codes["storage-no-space"].count == 2
    assert not tally.shapes


def test_without_a_stamp_the_time_behind_the_prefix_counts(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.write_bytes(b"box (1): " + FULL[26:])
    stretch = Stretch(path, "registry", prefix=b"box (1): ")
    tally = sweep(stretch, Window(datetime(2026, 11, 24, 4, tzinfo=UTC)))
    assert (tally.codes["storage-no-space"].count, tally.is_empty) == (1, False)
    assert not sweep(stretch, Window(datetime(2026, 11, 24, 5, tzinfo=UTC))).codes


@pytest.fixture
def listed(tmp_path: Path) -> Stretch:
    """A log of some lines, as it was when what is to be read was listed."""
    path = tmp_path / "current"
    path.write_bytes(FULL * 100)
    [stretch] = stretches(path, "registry", EVER)
    return stretch


def test_what_was_rotated_before_it_is_read_is_read_by_its_new_name(listed: Stretch) -> None:
    listed.path.rename(listed.path.with_name("@400000006b0510fc0755579c.u"))
    listed.path.write_bytes(b"panic: x\n" * 5000)
    tally = sweep(listed, EVER)
    assert {code: seen.count for code, seen in tally.codes.items()} == {"storage-no-space": 100}
    assert not tally.unread


@pytest.mark.parametrize("again", [False, True], ids=["gone", "another in its place"])
def test_what_was_removed_before_it_is_read_is_told(listed: Stretch, again: bool) -> None:
    other = listed.path.with_name("other")
    other.write_bytes(FULL)
    listed.path.unlink()
    if again:
        other.rename(listed.path)
    tally = sweep(listed, EVER)
    assert tally.unread == {str(listed.path): "removed before it was read"}
    assert not tally.codes


def test_what_is_emptied_while_it_is_read_is_told(listed: Stretch) -> None:
    with listed.path.open("r+b") as file:
        file.truncate(10 * len(FULL))
    tally = sweep(listed, EVER)
    assert tally.codes["storage-no-space"].count == 10
    assert tally.unread[str(listed.path)].startswith("became shorter while it was read; ")


def test_what_is_removed_while_it_is_read_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "current"
    path.write_bytes(FULL * 20_000)
    [stretch] = stretches(path, "registry", EVER)
    tally = sweep(stretch, EVER, lambda _: path.unlink(missing_ok=True))
    assert (tally.codes["storage-no-space"].count, tally.unread) == (20_000, {})
