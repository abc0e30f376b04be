import gzip
import lzma
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from glctl.errors import GlctlError
from glctl.logs.text import Text

TEXT = b"".join(b"line %d\n" % number for number in range(100_000))
MADE: dict[str, Callable[[bytes], bytes]] = {
    "plain": lambda text: text,
    "gzip": gzip.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
}


def read(path: Path, start: int = 0) -> tuple[bytes, Text]:
    text = Text(path, start)
    buffer = memoryview(bytearray(1 << 16))
    found = b"".join(iter(lambda: bytes(buffer[: text.readinto(buffer)]), b""))
    assert text.size == len(found)
    return found, text


@pytest.mark.parametrize("kind", MADE)
def test_the_text_is_read_and_how_much_of_the_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log"
    path.write_bytes(MADE[kind](TEXT))
    found, text = read(path)
    assert (found, text.trouble, text.taken()) == (TEXT, "", path.stat().st_size)
    text.close()


@pytest.mark.parametrize("kind", ["gzip", "xz", "zstd"])
def test_a_compressed_file_that_is_cut_tells_so_and_is_read_until_there(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log"
    whole = MADE[kind](TEXT)
    path.write_bytes(whole[: len(whole) // 2])
    found, text = read(path)
    text.close()
    assert text.trouble == f"{kind} data end too early"
    assert TEXT.startswith(found)
    assert len(found) > 10_000


@pytest.mark.parametrize("kind", ["gzip", "xz", "zstd"])
def test_one_that_is_damaged_tells_so(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log"
    whole = bytearray(MADE[kind](TEXT))
    whole[20:60] = bytes(byte ^ 0xFF for byte in whole[20:60])
    path.write_bytes(whole)
    _, text = read(path)
    text.close()
    assert text.trouble == f"{kind} data are damaged"


def test_a_plain_file_is_read_from_anywhere(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(TEXT)
    found, text = read(path, 1000)
    text.close()
    assert found == TEXT[1000:]


def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(TEXT,))
    writer.start()
    found, text = read(path)
    writer.join()
    assert (found, text.taken()) == (TEXT, 0)
    text.close()


@pytest.mark.parametrize("kind", ["gzip", "xz"])
def test_a_pipe_is_decompressed_as_a_file_is(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(MADE[kind](TEXT),))
    writer.start()
    found, text = read(path)
    writer.join()
    assert (found, text.trouble) == (TEXT, "")
    text.close()


def test_zstd_in_a_pipe_is_refused_and_another_way_told(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(MADE["zstd"](TEXT[:100]),))
    writer.start()
    with pytest.raises(GlctlError, match="not read from a pipe"):
        read(path)
    writer.join()


def test_what_cannot_be_opened_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Text(tmp_path / "gone")
    with pytest.raises(IsADirectoryError):
        Text(tmp_path)
