"""The images of a filesystem driver, looked at where they lie: links that lead nowhere, blobs cut short,
uploads that nobody ended. Layout: distribution, storage paths (registry/storage/paths.go).

A link of ``_layers`` may lead to a blob that is gone: garbage collection leaves it so. One of ``_manifests``
may not, nor may what its manifest names.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from glctl.services.accounts import Account

V2 = Path("docker/registry/v2")
_DIGEST = Pattern(r"(?P<algorithm>[a-z0-9]+):(?P<value>[0-9a-f]{32,})")
_SECONDS = 0.4  # of looking, unless all is asked for
_LARGEST = 4 << 20  # bytes of a manifest that the registry accepts
_FOREIGN = ("foreign", "nondistributable")  # layers that lie elsewhere
_ACCESS_LIST = "system.posix_acl_access"
_NAMED = 20  # of each kind


@dataclass(slots=True)
class Images:
    """What was seen below *top*. Paths are relative to it; of each kind the first few are named.

    *complete*: nothing was left out. *uploads*: directory, when it was written last, bytes.
    """

    top: Path
    account: Account | None = None  # the registry's, where it is known
    complete: bool = True
    repositories: int = 0
    manifests: int = 0
    empty_links: list[str] = field(default_factory=list)
    missing_blobs: list[str] = field(default_factory=list)
    short_blobs: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)  # files that the registry's account may not read
    uploads: list[tuple[str, float, int]] = field(default_factory=list)


def look(top: Path, *, deep: bool, account: Account | None = None) -> Images:
    """Look at a sample of the repositories below *top*; *deep*: at all, however long that takes.

    *account* is the registry's: whether it may read what it needs is told by the modes of files.

    Raises PermissionError where this user may not.
    """
    images = Images(top, account)
    deadline = float("inf") if deep else time.monotonic() + _SECONDS
    for repository in _repositories(top / V2 / "repositories"):
        images.repositories += 1
        if time.monotonic() > deadline or not _look_at(repository, images, deadline):
            images.complete = False
            break
    return images


def has_repositories(top: Path) -> bool:
    """Whether any repository lies below *top*."""
    return next(_repositories(top / V2 / "repositories"), None) is not None


def _repositories(directory: Path) -> Iterator[Path]:
    """Every repository, however deep its name goes: what holds a directory that begins with ``_``."""
    try:
        with os.scandir(directory) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except (FileNotFoundError, NotADirectoryError):
        return
    if any(name.startswith("_") for name in names):
        yield directory
    for name in names:
        if not name.startswith("_"):
            yield from _repositories(directory / name)


def _look_at(repository: Path, images: Images, deadline: float) -> bool:
    """Look at one repository; false where time was up before its end."""
    for link in repository.glob("_manifests/revisions/*/*/link"):
        if time.monotonic() > deadline:
            return False
        images.manifests += 1
        if (digest := _digest_in(link, images)) and link.exists():  # not deleted meanwhile
            _look_at_manifest(digest, images)
    for link in (*repository.glob("_layers/*/*/link"), *repository.glob("_manifests/tags/*/current/link")):
        _digest_in(link, images)
    for upload in repository.glob("_uploads/*"):
        _note_upload(upload, images)
    return True


def _digest_in(link: Path, images: Images) -> str:
    """The digest that *link* holds; empty where it is no good, or gone."""
    try:
        text = link.read_text(errors="replace").strip()
        _note_closed(link, link.stat(), images)
    except FileNotFoundError:
        return ""
    if _DIGEST.fullmatch(text):
        return text
    _note(images.empty_links, str(link.relative_to(images.top)))
    return ""


def _look_at_manifest(digest: str, images: Images) -> None:
    """That the blobs which the manifest *digest* names are there, and as long as it says."""
    path = _blob(digest)
    content = _content(images.top / path)
    _size(images.top / path, images)
    if content is None:
        _note(images.missing_blobs, str(path))
        return
    document = _parsed(content)
    if document is None:
        _note(images.short_blobs, str(path))
        return
    for descriptor in _descriptors(document):
        blob = _blob(descriptor["digest"])
        size = _size(images.top / blob, images)
        if size is None:
            _note(images.missing_blobs, str(blob))
        elif size != descriptor.get("size", size):
            _note(images.short_blobs, str(blob))


def _content(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except FileNotFoundError:
        return None


def _parsed(content: bytes) -> dict[str, Any] | None:
    try:
        document = json.loads(content)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def _descriptors(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a manifest or an index refers to; layers of schema 1, which have no size, too."""
    for key in ("config", "layers", "manifests", "blobs", "fsLayers"):
        value = document.get(key)
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, dict) or any(word in str(each.get("mediaType")) for word in _FOREIGN):
                continue
            digest = each.get("digest") or each.get("blobSum")
            if isinstance(digest, str) and _DIGEST.fullmatch(digest):
                yield {**each, "digest": digest}


def _blob(digest: str) -> Path:
    """Where a blob lies below the top."""
    algorithm, _, value = digest.partition(":")
    return V2 / "blobs" / algorithm / value[:2] / value / "data"


def _size(path: Path, images: Images) -> int | None:
    try:
        info = path.stat()
        _note_closed(path, info, images)
    except FileNotFoundError:
        return None
    return info.st_size


def _note_closed(path: Path, info: os.stat_result, images: Images) -> None:
    """Note a file that the registry's account may not read by its mode, unless an access list decides."""
    account = images.account
    if account is None or account.uid is None or account.may(info, os.R_OK):
        return
    with suppress(OSError):  # a file system without attributes
        if _ACCESS_LIST in os.listxattr(path):
            return
    _note(images.closed, str(path.relative_to(images.top)))


def _note_upload(upload: Path, images: Images) -> None:
    try:
        size = sum(file.stat().st_size for file in upload.iterdir() if file.is_file())
        began = (upload / "startedat").stat().st_mtime
    except FileNotFoundError:
        return  # it has just ended, or been cancelled, which leaves its directory
    images.uploads.append((str(upload.relative_to(images.top)), began, size))


def _note(kind: list[str], path: str) -> None:
    if len(kind) < _NAMED and path not in kind:
        kind.append(path)
