from pathlib import Path

import pytest

from glctl.converge.images import blob_bytes, empty_links

REPOSITORIES = "docker/registry/v2/repositories"


def write(path: Path, content: bytes = b"") -> Path:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("repository", ["one", "group/sub/project"])
def test_empty_links_of_manifests_and_tags(tmp_path: Path, repository: str) -> None:
    manifests = tmp_path / REPOSITORIES / repository / "_manifests"
    write(manifests / "revisions/sha256/a/link", b"sha256:a")
    revision = write(manifests / "revisions/sha256/b/link")
    tag = write(manifests / "tags/latest/current/link")
    write(manifests / "tags/latest/index/sha256/b/link")  # the collector does not mind these two
    write(tmp_path / REPOSITORIES / repository / "_layers/sha256/c/link")
    assert [*empty_links(tmp_path, tags=False)] == [revision]
    assert [*empty_links(tmp_path, tags=True)] == [revision, tag]


def test_a_link_out_of_the_tree_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "elsewhere/_manifests/revisions/sha256/a/link")
    (tmp_path / REPOSITORIES).mkdir(parents=True)
    (tmp_path / REPOSITORIES / "linked").symlink_to(tmp_path / "elsewhere")
    assert [*empty_links(tmp_path, tags=True)] == []


def test_without_a_repository_there_are_none(tmp_path: Path) -> None:
    assert [*empty_links(tmp_path, tags=True)] == []


def test_what_blobs_take_on_disk(tmp_path: Path) -> None:
    assert blob_bytes(tmp_path) == 0
    blobs = tmp_path / "docker/registry/v2/blobs/sha256"
    write(blobs / "aa/aab/data", b"x" * 10_000)
    write(blobs / "bb/bbc/data", b"x" * 50_000)
    sparse = write(blobs / "cc/ccd/data")
    with sparse.open("wb") as file:
        file.truncate(10**9)
    first = blob_bytes(tmp_path, ["sha256:aab"])
    assert 10_000 <= first < 20_000
    assert 60_000 <= blob_bytes(tmp_path) < 100_000
    assert blob_bytes(tmp_path, ["sha256:aab", "sha256:gone"]) == first
