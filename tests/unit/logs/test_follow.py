import os
import re
from pathlib import Path

import pytest

from glctl.logs.filters import LineFilter
from glctl.logs.follow import tail
from glctl.logs.sources import LogSource


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
        chunks = tail([registry], 10, output=writer)
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
