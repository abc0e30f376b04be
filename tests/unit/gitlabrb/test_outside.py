from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from glctl.gitlabrb.outside import Outside, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_is_read_by_default() -> None:
    with pytest.raises(UnreadableError, match="no file can be read here"):
        Outside().text("/etc/hostname")
    with pytest.raises(UnreadableError):
        Outside().exists("/etc/hostname")


def test_files_are_read_below_their_place(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("text")
    outside = Outside(place=lambda path: tmp_path / path[1:])
    assert outside.text("/a") == "text"
    assert (outside.exists("/a"), outside.is_file("/a"), outside.is_directory("/a")) == (True, True, False)
    assert not outside.exists("/b")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("/a?.rb", ["/a1.rb"]),
        ("/*.rb", ["/a1.rb", "/a10.rb"]),
        ("/.*", ["/.hidden.rb"]),
        ("/a1.rb", ["/a1.rb"]),
        ("/a.rb", []),
    ],
)
def test_files_are_found_by_a_pattern(tmp_path: Path, pattern: str, found: list[str]) -> None:
    for name in ("a10.rb", "a1.rb", ".hidden.rb", "axrb"):
        (tmp_path / name).touch()
    assert Outside(place=lambda path: tmp_path / path[1:]).matching(pattern) == found


@pytest.mark.parametrize("pattern", ["*", "/*/a", "/[a]", "/{a,b}", "/a/**", "/a/", "/\n*"])
def test_other_patterns_are_refused(tmp_path: Path, pattern: str) -> None:
    (tmp_path / "\nb").touch()
    with pytest.raises(UnreadableError):
        Outside(place=lambda path: tmp_path / path[1:]).matching(pattern)


@pytest.mark.parametrize("path", ["pipe", "large", "latin1", "missing"])
def test_what_is_no_text_is_not_read(tmp_path: Path, path: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"a" * 2_100_000)
    (tmp_path / "latin1").write_bytes(b"\xe9")
    with pytest.raises(UnreadableError):
        Outside(place=lambda path: tmp_path / path[1:]).text(f"/{path}")


@pytest.mark.parametrize("path", ["a", "", "/a\0"])
def test_a_path_is_absolute(tmp_path: Path, path: str) -> None:
    with pytest.raises(UnreadableError, match="no absolute path"):
        Outside(place=lambda path: tmp_path).text(path)
