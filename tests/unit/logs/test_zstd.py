import os
from pathlib import Path

import pytest
import zstandard

from glctl.logs.zstd import ZstdFile

TEXT = b"".join(b"line %d\n" % number for number in range(50_000))
WHOLE = zstandard.ZstdCompressor(write_checksum=True).compress(TEXT)
SKIPPABLE = b"\x50\x2a\x4d\x18\x04\x00\x00\x00four"  # RFC 8878, 3.1.2


def opened(path: Path, data: bytes) -> ZstdFile:
    path.write_bytes(data)
    return ZstdFile(path.open("rb", buffering=0))


def read(file: ZstdFile) -> bytes:
    found = bytearray()
    while block := file.read(1 << 16):
        found += block
    return bytes(found)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (WHOLE, TEXT),
        (WHOLE + WHOLE, TEXT + TEXT),
        (WHOLE + SKIPPABLE + WHOLE, TEXT + TEXT),
        (zstandard.compress(b"a" * 300_000), b"a" * 300_000),  # blocks of one repeated byte
        (zstandard.ZstdCompressor(write_checksum=True).compress(b""), b""),
        (b"", b""),
    ],
)
def test_whole_files_are_read(tmp_path: Path, data: bytes, text: bytes) -> None:
    with opened(tmp_path / "log", data) as file:
        assert read(file) == text


@pytest.mark.parametrize("left", [5, len(WHOLE) // 2, len(WHOLE) - 4, len(WHOLE) - 1, len(WHOLE) + 3])
def test_the_end_of_an_unfinished_file_is_told(tmp_path: Path, left: int) -> None:
    with opened(tmp_path / "log", (WHOLE + WHOLE)[:left]) as file, pytest.raises(EOFError):
        read(file)


def test_it_can_go_back_and_forth(tmp_path: Path) -> None:
    with opened(tmp_path / "log", WHOLE) as file:
        for offset in (1000, 10, 200_000, 0):
            assert file.seek(offset) == offset
            assert file.read(20) == TEXT[offset : offset + 20]
        assert file.seek(0, os.SEEK_END) == len(TEXT) == file.tell()
