"""The lines are those of docker-registry 2.8.2."""

import pytest

from glctl.converge.collection import Collection, Manifest

A, B, C = (f"sha256:{letter * 64}" for letter in "abc")
LOG = 'time="2026-11-24T20:38:18.6Z" level=info msg="{}" go.version=go1.19.8 instance.id=5aceb6a2'


def read(*lines: str) -> Collection:
    found = Collection()
    for line in lines:
        found.read(line)
    return found


def test_what_is_marked_and_what_may_go() -> None:
    found = read(
        "group/project",
        f"group/project: marking manifest {A} ",
        f"group/project: marking blob {B}",
        f"manifest eligible for deletion: {C}",
        "other",
        f"manifest eligible for deletion: {B}",
        "",
        "2 blobs marked, 1 blobs and 2 manifests eligible for deletion",
        f"blob eligible for deletion: {C}",
    )
    assert (found.repositories, found.marked) == (2, 2)
    assert found.manifests == [Manifest("group/project", C), Manifest("other", B)]
    assert found.blobs == [C]
    assert (found.failure, found.needed) == ("", [])


def test_what_it_logs_of_deletions_at_some_levels_is_passed_over() -> None:
    found = read(
        LOG.format(f"deleting manifest: /docker/registry/v2/repositories/g/_manifests/revisions/sha256/{A}"),
        LOG.format("deleting manifest tag reference: /docker/registry/v2/repositories/g/_manifests/tags/x"),
        f"blob eligible for deletion: {A}",
        LOG.format("Deleting blob: /docker/registry/v2/blobs/sha256/b1/b157"),
    )
    assert (found.manifests, found.blobs, found.last_words) == ([], [A], [])


@pytest.mark.parametrize("named_first", [True, False])
def test_a_part_of_an_image_for_several_platforms_is_needed(named_first: bool) -> None:
    lines = [f"g/many: marking blob {B}", f"manifest eligible for deletion: {B}"]
    assert read("g/many", *lines[:: 1 if named_first else -1]).needed == [Manifest("g/many", B)]


def test_another_repository_needs_nothing_of_this_one() -> None:
    assert read("one", f"one: marking blob {B}", "two", f"manifest eligible for deletion: {B}").needed == []


def test_why_it_gave_up() -> None:
    found = read("failed to garbage collect: failed to mark: filesystem: invalid checksum digest format")
    assert found.failure == "failed to mark: filesystem: invalid checksum digest format"


def test_its_last_words_are_kept() -> None:
    assert read(*(f"panic {number}: x" for number in range(9))).last_words == [
        f"panic {number}: x" for number in range(4, 9)
    ]


def test_a_manifest_is_named_as_clients_name_it() -> None:
    assert str(Manifest("group/project", A)) == f"group/project@{A}"
