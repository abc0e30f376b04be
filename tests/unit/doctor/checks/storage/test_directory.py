from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.storage import directory
from glctl.doctor.checks.storage.directory import CHECK

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts

GB = 10**9


def statvfs(free: float, size: float, inodes: int = 1000, free_inodes: int = 1000, flags: int = 0) -> Any:
    """What the kernel says of a file system of *size* bytes."""
    block = 1000
    values = (block, block, size // block, free // block, free // block)
    return lambda _: os.statvfs_result((*values, inodes, free_inodes, free_inodes, flags, 255))


@pytest.fixture
def images(new_facts: Callable[..., Facts]) -> Path:
    path = new_facts().observed.root.at("/images")
    path.mkdir()
    return path


def test_a_directory_with_room(
    new_facts: Callable[..., Facts], run: Any, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory.os, "statvfs", statvfs(84 * GB, 100 * GB))
    assert run(CHECK, new_facts()) == ([], f"{images}: 84 GB free")


@pytest.mark.parametrize(
    ("free", "size", "severity"),
    [
        (9 * GB, 100 * GB, "warning"),
        (90 * GB, 1000 * GB, None),  # a hundredth of much is a lot
        (1.5 * GB, 400 * GB, "warning"),
        (0.5 * GB, 100 * GB, "error"),
        (0, 1 * GB, "error"),
        (0, 0, "error"),  # a file system without blocks (a fake one)
    ],
)
def test_how_much_room_is_too_little(
    new_facts: Callable[..., Facts],
    run: Any,
    images: Path,
    monkeypatch: pytest.MonkeyPatch,
    free: float,
    size: float,
    severity: str | None,
) -> None:
    monkeypatch.setattr(directory.os, "statvfs", statvfs(free, size))
    findings, _ = run(CHECK, new_facts())
    assert [(f.code, f.severity) for f in findings] == [("storage-full", severity)] * (severity is not None)


@pytest.mark.parametrize(
    ("inodes", "left", "severity"),
    [(1000, 99, "warning"), (1000, 9, "error"), (1000, 100, None), (0, 0, None)],
)
def test_how_many_inodes_are_too_few(
    new_facts: Callable[..., Facts],
    run: Any,
    images: Path,
    monkeypatch: pytest.MonkeyPatch,
    inodes: int,
    left: int,
    severity: str | None,
) -> None:
    monkeypatch.setattr(directory.os, "statvfs", statvfs(50 * GB, 100 * GB, inodes, left))
    findings, _ = run(CHECK, new_facts())
    assert [(f.code, f.severity) for f in findings] == [("storage-full", severity)] * (severity is not None)
    assert all("inodes" in f.summary for f in findings)


def test_a_read_only_file_system(
    new_facts: Callable[..., Facts], run: Any, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory.os, "statvfs", statvfs(50 * GB, 100 * GB, flags=os.ST_RDONLY))
    [finding], _ = run(CHECK, new_facts())
    assert finding.code == "storage-read-only"


@pytest.mark.parametrize(("make", "said"), [(None, "is not there"), ("file", "is no directory")])
def test_no_directory(new_facts: Callable[..., Facts], run: Any, make: str | None, said: str) -> None:
    facts = new_facts()
    if make:
        facts.observed.root.at("/images").touch()
    [finding], note = run(CHECK, facts)
    assert (finding.code, note) == ("storage-missing", said)


def test_another_driver(new_facts: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="not kept on a file system"):
        run(CHECK, new_facts(config={"storage": {"s3": {"bucket": "b"}}}))
