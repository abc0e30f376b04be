import gzip
import lzma
from pathlib import Path

import pytest
import zstandard

from glctl.logs.compressed import compression, decompressed
from glctl.logs.files import LogFile

TEXT = b"".join(b"line %d\n" % number for number in range(50_000))
MADE = {
    "gzip": gzip.compress(TEXT[:1000]) + gzip.compress(TEXT[1000:]),
    "xz": lzma.compress(TEXT),
    "zstd": zstandard.compress(TEXT[:1000]) + zstandard.compress(TEXT[1000:]),
}


@pytest.mark.parametrize("kind", MADE)
def test_text_is_read_through_all_members(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log"
    path.write_bytes(MADE[kind])
    with path.open("rb", buffering=0) as file:
        assert compression(file) == kind
        with decompressed(file, kind) as text:
            assert text.read() == TEXT


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("damage", [b"", b"\xff" * 100], ids=["cut", "damaged"])
def test_what_is_cut_or_damaged_is_read_as_far_as_it_goes(tmp_path: Path, kind: str, damage: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(MADE[kind][: len(MADE[kind]) // 2] + damage)
    file = LogFile(path)
    found = bytearray()
    while block := file.read():
        found += block
    file.close()
    assert TEXT.startswith(found[:500])
    assert len(found) < len(TEXT)


def test_plain_text_is_not_compressed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(TEXT)
    with path.open("rb", buffering=0) as file:
        assert compression(file) == ""
