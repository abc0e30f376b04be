from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.checks.storage.place import MOUNTED, RIGHT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from glctl.doctor.facts import Facts

REPOSITORY = "docker/registry/v2/repositories/a/_manifests"


@pytest.fixture
def images(tmp_path: Path) -> Path:
    path = tmp_path / "images"
    path.mkdir(mode=0o770)
    return path


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("server:/x /images nfs4 defaults 0 0", ["storage-not-mounted"]),
        ("server:/x / ext4 defaults 0 0", []),
        ("server:/x /elsewhere nfs4 defaults 0 0", []),
        ("server:/x /images nfs4 noauto,ro 0 0", []),
        ("# server:/x /images nfs4 defaults", []),
        ("nonsense", []),
    ],
)
def test_what_fstab_has(
    new_facts: Callable[..., Facts], run: Any, images: Path, line: str, codes: list[str]
) -> None:
    (images.parent / "etc").mkdir()
    (images.parent / "etc/fstab").write_text(f"{line}\n")
    findings, _ = run(MOUNTED, new_facts())
    assert [finding.code for finding in findings] == codes
    assert all(finding.remedy == f"mount {images}" for finding in findings)


def test_images_where_they_are_looked_for(new_facts: Callable[..., Facts], run: Any, images: Path) -> None:
    (images / REPOSITORY).mkdir(parents=True)
    (images.parent / "var/lib/registry" / REPOSITORY).mkdir(parents=True)
    assert run(RIGHT, new_facts())[0] == []


def test_no_images_yet(new_facts: Callable[..., Facts], run: Any, images: Path) -> None:
    assert run(RIGHT, new_facts())[0] == []


@pytest.mark.parametrize("place", ["var/opt/gitlab/gitlab-rails/shared/registry", "var/lib/registry"])
def test_images_elsewhere(
    new_facts: Callable[..., Facts], run: Any, images: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / place / REPOSITORY).mkdir(parents=True)
    [finding], _ = run(RIGHT, new_facts())
    assert finding.code == "storage-images-elsewhere"
    assert str(tmp_path / place) in finding.remedy


def test_images_without_the_directories_above_them(
    new_facts: Callable[..., Facts], run: Any, images: Path
) -> None:
    (images / "registry/v2/repositories").mkdir(parents=True)
    [finding], _ = run(RIGHT, new_facts())
    assert finding.code == "storage-images-elsewhere"
    assert finding.remedy.startswith("Move them")


def test_a_directory_that_all_may_write_in(new_facts: Callable[..., Facts], run: Any, images: Path) -> None:
    images.chmod(0o777)
    [finding], _ = run(RIGHT, new_facts())
    assert (finding.code, finding.remedy) == ("storage-open-to-all", f"chmod o-w {images}")
