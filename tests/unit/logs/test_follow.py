import contextlib
import itertools
import os
import re
import time
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from glctl.logs.cursor import Cursor
from glctl.logs.filters import LineFilter
from glctl.logs.follow import Chunk, Follower
from glctl.logs.output import Output
from glctl.logs.sources import LogSource
from glctl.logs.stretches import Window


def tail(sources: list[LogSource], last: int, **options: Any) -> Generator[Chunk, None, None]:
    """The chunks that a Follower gives, one at a time."""
    with contextlib.closing(Follower(sources, last, **options).chunks()) as batches:
        for chunks in batches:
            yield from chunks


def source(path: Path, service: str = "registry") -> LogSource:
    return LogSource(service, path)


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_without_following_the_last_lines_of_each_source_are_all(tmp_path: Path) -> None:
    registry, nginx = source(tmp_path / "current"), source(tmp_path / "error.log", "nginx")
    append(registry.path, b"1\n2\n3\n")
    append(nginx.path, b"4\n5\nunfinished")
    chunks = list(tail([registry, nginx], 2, follow=False))
    assert b"".join(chunk.data for chunk in chunks if chunk.source == registry) == b"2\n3\n"
    assert b"".join(chunk.data for chunk in chunks if chunk.source == nginx) == b"5\nunfinished"


def test_following_gives_what_is_added_in_the_order_of_arrival(tmp_path: Path) -> None:
    registry, nginx = source(tmp_path / "current"), source(tmp_path / "error.log", "nginx")
    append(registry.path, b"1\n")
    chunks = tail([registry, nginx], 10)
    assert next(chunks).data == b"1\n"
    append(nginx.path, b"2\n")
    chunk = next(chunks)
    assert (chunk.source, chunk.data) == (nginx, b"2\n")
    append(registry.path, b"3\n")
    chunk = next(chunks)
    assert (chunk.source, chunk.data) == (registry, b"3\n")
    chunks.close()


def test_lines_that_are_not_wanted_make_no_chunk(tmp_path: Path) -> None:
    registry = source(tmp_path / "current")
    append(registry.path, b"no\n" * 50_000)
    chunks = tail([registry], 10, wanted=LineFilter(pattern=re.compile(b"yes")))
    append(registry.path, b"yes\n")
    assert next(chunks).data == b"yes\n"
    append(registry.path, b"no\nyes\nno\n")
    assert next(chunks).data == b"yes\n"
    chunks.close()


def test_following_ends_when_nobody_reads_the_output(tmp_path: Path) -> None:
    registry = source(tmp_path / "current")
    append(registry.path, b"1\n")
    reader, writer = os.pipe()
    try:
        chunks = tail([registry], 10, output=Output(writer))
        assert next(chunks).data == b"1\n"
        os.close(reader)
        with pytest.raises(BrokenPipeError):
            next(chunks)
    finally:
        os.close(writer)


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    registry = source(tmp_path / "current")
    append(registry.path, b"1\n")
    before = len(list(Path("/proc/self/fd").iterdir()))
    list(tail([registry], 10, follow=False))
    chunks = tail([registry], 10)
    next(chunks)
    chunks.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_what_is_there_is_merged_by_time_and_each_source_keeps_its_order(tmp_path: Path) -> None:
    registry, nginx = source(tmp_path / "current"), source(tmp_path / "error.log", "nginx")
    append(
        registry.path, b"2026-11-24_03:00:01.0 a\nno time\n2026-11-24_03:00:05.0 b\n2026-11-24_03:00:02.0 c\n"
    )
    append(nginx.path, b"2026-11-24_03:00:01.0 A\n2026-11-24_03:00:03.0 B\n2026-11-24_03:00:09.0 C\n")
    lines = b"".join(chunk.data for chunk in tail([registry, nginx], 10, follow=False)).split(b"\n")
    assert [line[-1:] for line in lines] == [b"a", b"e", b"A", b"B", b"b", b"c", b"C", b""]


def test_a_merge_reads_no_more_than_it_needs_and_goes_over_blocks(tmp_path: Path) -> None:
    registry, nginx = source(tmp_path / "current"), source(tmp_path / "error.log", "nginx")
    stamps = [b"2026-11-24_%02d:%02d:%02d.00000" % (n // 3600, n // 60 % 60, n % 60) for n in range(20_000)]
    append(registry.path, b"".join(stamp + b" x\n" for stamp in stamps[::2]))
    append(nginx.path, b"".join(stamp + b" x\n" for stamp in stamps[1::2]))
    merged = b"".join(chunk.data for chunk in tail([registry, nginx], 20_000, follow=False))
    assert merged.replace(b" x", b"").split() == stamps


def test_following_ends_when_the_window_does(tmp_path: Path) -> None:
    registry = source(tmp_path / "current")
    append(registry.path, b"1\n")
    until = datetime.now(UTC) + timedelta(seconds=0.3)
    began = time.monotonic()
    assert [c.data for c in tail([registry], 10, wanted=LineFilter(window=Window(until=until)))] == [b"1\n"]
    assert 0.2 < time.monotonic() - began < 5


def test_a_cursor_goes_on_behind_what_has_arrived(tmp_path: Path) -> None:
    registry, nginx = source(tmp_path / "current"), source(tmp_path / "error.log", "nginx")
    append(registry.path, b"2026-11-24_03:00:01.0 a\n2026-11-24_03:00:03.0 b\nhal")
    append(nginx.path, b"2026-11-24_03:00:02.0 A\n2026-11-24_03:00:04.0 B\n")
    path = tmp_path / "cursor"
    chunks = Follower([registry, nginx], 10, cursor=Cursor(path)).chunks()
    first = next(chunks)
    chunks.close()  # it did not arrive
    assert not (tmp_path / ".cursor").exists()
    chunks = Follower([registry, nginx], 10, follow=False, cursor=Cursor(path)).chunks()
    assert next(chunks) == first
    assert [chunk.data[-2:] for chunk in first] == [b"a\n", b"A\n", b"b\n"]
    rest = next(chunks)
    assert [chunk.data[-2:] for chunk in rest] == [b"B\n"]
    chunks.close()
    again = [chunk.data for chunk in tail([registry, nginx], 10, follow=False, cursor=Cursor(path))]
    assert again == [rest[0].data]
    append(registry.path, b"f\n")
    again = [chunk.data for chunk in tail([registry, nginx], 10, follow=False, cursor=Cursor(path))]
    assert again == [b"half\n"]


def test_lines_that_are_not_wanted_are_not_read_again(tmp_path: Path) -> None:
    registry, path = source(tmp_path / "current"), tmp_path / "cursor"
    append(registry.path, b"yes\nno\nno\n")
    wanted = LineFilter(pattern=re.compile(b"yes"))
    options: dict[str, Any] = {"follow": False, "wanted": wanted}
    assert [chunk.data for chunk in tail([registry], 10, cursor=Cursor(path), **options)] == [b"yes\n"]
    with contextlib.closing(Cursor(path)) as cursor:
        mark = cursor.mark_of(registry)
    assert mark
    assert mark.offset == len(b"yes\nno\nno\n")


@pytest.mark.parametrize("others", [0, 2])
def test_a_cursor_is_saved_after_each_few_lines(tmp_path: Path, others: int) -> None:
    sources = [source(tmp_path / f"{number}.log", "nginx") for number in range(1 + others)]
    stamps = [b"2026-11-24_%02d:%02d:%02d.00000 x\n" % (n // 3600, n // 60 % 60, n % 60) for n in range(3000)]
    for number, each in enumerate(sources):
        append(each.path, b"".join(stamps[number :: len(sources)]))
    path = tmp_path / "cursor"
    lines: list[bytes] = []
    runs = 0
    while len(lines) < len(stamps):
        runs += 1
        chunks = Follower(sources, 3000, follow=False, cursor=Cursor(path), at_once=1000).chunks()
        for given in itertools.islice(chunks, 7):
            lines += b"".join(chunk.data for chunk in given).splitlines(keepends=True)
            assert sum(len(chunk.data) for chunk in given) < 1000 + len(stamps[0])
        next(chunks, None)  # the seventh has arrived; this one has not
        chunks.close()
    assert lines == stamps
    assert runs > 5
