"""The images below a filesystem driver's root directory, in the layout of the distribution registry."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MANY = 1000  # repositories that are counted at most
_V2 = Path("docker/registry/v2")
_BLOCK = 512  # bytes; what st_blocks counts


def empty_links(root: Path, *, tags: bool) -> Iterator[Path]:
    """Link files without content, which make the collector give up: those of manifests, and with *tags* those
    that say where a tag points (both observed with 2.8.2). A full disk or a crash leaves them.
    """
    for manifests in _manifests(root / _V2 / "repositories"):
        found = [manifests.glob("revisions/*/*/link"), manifests.glob("tags/*/current/link") if tags else ()]
        yield from sorted(link for links in found for link in links if not link.lstat().st_size)


def count_repositories(root: Path) -> int:
    """How many repositories lie there; of very many, MANY."""
    return sum(1 for _ in islice(_manifests(root / _V2 / "repositories"), MANY))


def _manifests(repositories: Path) -> Iterator[Path]:
    """The ``_manifests`` of every repository, however deep its name goes."""
    for folder, names, _ in os.walk(repositories):
        if "_manifests" in names:
            yield Path(folder, "_manifests")
        names[:] = sorted(name for name in names if not name.startswith("_"))


def blob_bytes(root: Path, digests: Iterable[str] | None = None) -> int:
    """The space that blobs take on disk: these, or all."""
    blobs = root / _V2 / "blobs"
    if digests is None:
        data: Iterable[Path] = blobs.glob("*/*/*/data")
    else:
        parts = (digest.partition(":") for digest in digests)
        data = (blobs / algorithm / value[:2] / value / "data" for algorithm, _, value in parts)
    return sum(map(_allocated, data))


def _allocated(file: Path) -> int:
    try:
        return file.lstat().st_blocks * _BLOCK
    except OSError:
        return 0  # it has just gone
