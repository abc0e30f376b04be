"""Images where they lie, in the registry's own layout."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor import images
from glctl.doctor.images import has_repositories, look
from glctl.services.accounts import Account

if TYPE_CHECKING:
    from pathlib import Path

V2 = "docker/registry/v2"


def put(top: Path, content: bytes) -> dict[str, Any]:
    """A blob, as a push leaves it; its descriptor."""
    value = hashlib.sha256(content).hexdigest()
    path = top / V2 / "blobs/sha256" / value[:2] / value / "data"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"digest": f"sha256:{value}", "size": len(content)}


def data(top: Path, descriptor: dict[str, Any]) -> Path:
    value = descriptor["digest"].partition(":")[2]
    return top / V2 / "blobs/sha256" / value[:2] / value / "data"


def link(top: Path, repository: str, place: str, digest: str) -> Path:
    path = top / V2 / "repositories" / repository / place / "link"
    path.parent.mkdir(parents=True)
    path.write_text(digest)
    return path


def push(top: Path, repository: str, document: dict[str, Any]) -> Path:
    """A manifest with its link."""
    digest = put(top, json.dumps(document).encode())["digest"]
    return link(top, repository, f"_manifests/revisions/{digest.replace(':', '/')}", digest)


@pytest.fixture
def layer(tmp_path: Path) -> dict[str, Any]:
    return put(tmp_path, b"layer")


def test_whole_images(tmp_path: Path, layer: dict[str, Any]) -> None:
    push(tmp_path, "a/b", {"config": put(tmp_path, b"{}"), "layers": [layer]})
    push(tmp_path, "a/b/c", {"fsLayers": [{"blobSum": layer["digest"]}]})
    seen = look(tmp_path, deep=False)
    assert (seen.repositories, seen.manifests, seen.complete) == (2, 2, True)
    assert (seen.empty_links, seen.missing_blobs, seen.short_blobs) == ([], [], [])


def test_what_the_registry_may_not_read(tmp_path: Path, layer: dict[str, Any]) -> None:
    push(tmp_path, "a", {"layers": [layer]})
    data(tmp_path, layer).chmod(0o600)
    named = [str(data(tmp_path, layer).relative_to(tmp_path))]
    for account, closed in ((None, []), (Account("x", None), []), (Account("x", 12345, (12345,)), named)):
        assert look(tmp_path, deep=False, account=account).closed == closed
    data(tmp_path, layer).chmod(0o644)
    assert look(tmp_path, deep=False, account=Account("x", 12345, (12345,))).closed == []


def test_a_layer_that_is_gone(tmp_path: Path, layer: dict[str, Any]) -> None:
    push(tmp_path, "a", {"layers": [layer]})
    data(tmp_path, layer).unlink()
    assert look(tmp_path, deep=False).missing_blobs == [str(data(tmp_path, layer).relative_to(tmp_path))]


def test_a_manifest_that_is_gone(tmp_path: Path) -> None:
    digest = f"sha256:{'a' * 64}"
    link(tmp_path, "a", f"_manifests/revisions/sha256/{'a' * 64}", digest)
    assert len(look(tmp_path, deep=False).missing_blobs) == 1


@pytest.mark.parametrize("content", [b"", b"lay", b"layer and more"])
def test_a_layer_of_another_length(tmp_path: Path, layer: dict[str, Any], content: bytes) -> None:
    push(tmp_path, "a", {"layers": [layer]})
    data(tmp_path, layer).write_bytes(content)
    assert len(look(tmp_path, deep=False).short_blobs) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]"])
def test_a_manifest_that_was_cut(tmp_path: Path, content: bytes) -> None:
    path = push(tmp_path, "a", {})
    value = path.read_text()
    data(tmp_path, {"digest": value}).write_bytes(content)
    assert len(look(tmp_path, deep=False).short_blobs) == 1


@pytest.mark.parametrize(
    "place", ["_manifests/revisions/sha256/x", "_layers/sha256/x", "_manifests/tags/1/current"]
)
def test_links_without_content(tmp_path: Path, place: str) -> None:
    path = link(tmp_path, "a", place, "")
    assert look(tmp_path, deep=False).empty_links == [str(path.relative_to(tmp_path))]


def test_a_layer_link_to_what_was_garbage_is_as_it_should_be(tmp_path: Path) -> None:
    link(tmp_path, "a", "_layers/sha256/x", f"sha256:{'a' * 64}")
    seen = look(tmp_path, deep=False)
    assert (seen.empty_links, seen.missing_blobs) == ([], [])


def test_layers_that_lie_elsewhere(tmp_path: Path) -> None:
    foreign = {"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"}
    push(tmp_path, "a", {"layers": [{**foreign, "digest": f"sha256:{'a' * 64}", "size": 1}]})
    assert look(tmp_path, deep=False).missing_blobs == []


def test_uploads_that_were_begun(tmp_path: Path) -> None:
    upload = tmp_path / V2 / "repositories/a/_uploads/u"
    upload.mkdir(parents=True)
    assert look(tmp_path, deep=False).uploads == []  # one that was cancelled leaves its directory
    (upload / "startedat").write_text("now")
    (upload / "data").write_bytes(b"12345")
    [(path, began, size)] = look(tmp_path, deep=False).uploads
    assert path == f"{V2}/repositories/a/_uploads/u"
    assert size == 8
    assert time.time() - began < 60


def test_a_sample_ends_when_time_is_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "_SECONDS", -1.0)
    push(tmp_path, "a", {})
    assert not look(tmp_path, deep=False).complete
    assert look(tmp_path, deep=True).complete


def test_a_directory_without_images(tmp_path: Path) -> None:
    assert look(tmp_path, deep=False).repositories == 0
    assert not has_repositories(tmp_path)
    push(tmp_path, "a", {})
    assert has_repositories(tmp_path)
