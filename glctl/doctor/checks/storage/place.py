"""Filesystem storage: that it is the right place, with what belongs into it mounted, and for its account."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.checks.storage.directory import directory_of_images
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

# Omnibus's default, and the driver's own: where images may have been kept before.
_USUAL = ("/var/opt/gitlab/gitlab-rails/shared/registry", "/var/lib/registry")
_FSTAB = "/etc/fstab"


def run_mounted(facts: Facts) -> Generator[Finding, None, str]:
    """Compare fstab with what is mounted around the directory of images."""
    from glctl.converge.mounts import mount_of

    path = directory_of_images(facts)
    mount = mount_of(path.resolve())
    for point, kind in _wanted(facts):
        if path.is_relative_to(point) and not mount.point.is_relative_to(point.resolve()):
            yield found(
                "storage-not-mounted",
                str(point),
                f"{point} is to be mounted ({kind}, by fstab) and is not: {path} lies on {mount.point} now.",
                remedy=f"mount {point}",
            )
    return f"on {mount.point} ({mount.kind})"


def _wanted(facts: Facts) -> Iterator[tuple[Path, str]]:
    """Mount points of fstab with their kinds, but for what is only mounted by hand."""
    root = facts.observed.root
    for fstab in dict.fromkeys((Path(_FSTAB), root.at(_FSTAB))):
        try:
            lines = fstab.read_text(errors="replace").splitlines()
        except FileNotFoundError:
            continue
        for line in lines:
            match line.partition("#")[0].split():
                case [_, point, kind, options, *_] if "noauto" not in options.split(",") and len(point) > 1:
                    yield root.at(point) if fstab != Path(_FSTAB) else Path(point), kind


def run_right(facts: Facts) -> Generator[Finding, None, str]:
    """Where there are no images, look where they may have been before; look who else may write."""
    from glctl.doctor.images import has_repositories

    path = directory_of_images(facts)
    if not has_repositories(path):
        for other in _others(facts, path):
            if has_repositories(other):
                yield found(
                    "storage-images-elsewhere",
                    str(path),
                    f"{path} holds no repository, and {other} does: the registry looks in the wrong place.",
                    remedy=f"registry['storage'] = {{ 'filesystem' => {{ 'rootdirectory' => '{other}' }} }}",
                )
                break
        for misplaced in ("registry/v2/repositories", "v2/repositories", "repositories"):
            if (path / misplaced).is_dir():
                yield found(
                    "storage-images-elsewhere",
                    str(path),
                    f"Images lie in {path / misplaced}, and the registry looks in "
                    f"{path}/docker/registry/v2/repositories.",
                    remedy="Move them: the directories docker/registry/v2 belong to it.",
                )
                break
    if stat.S_IMODE(path.stat().st_mode) & stat.S_IWOTH:
        yield found(
            "storage-open-to-all",
            str(path),
            f"Every user of this machine may write in {path}.",
            remedy=f"chmod o-w {path}",
        )
    return ""


def _others(facts: Facts, path: Path) -> Iterator[Path]:
    """Where earlier generations had images, and where they usually are."""
    from glctl.converge.generations import Generations
    from glctl.converge.left_behind import images_of
    from glctl.converge.tree import Tree
    from glctl.render.resources import File

    root = facts.observed.root
    config = str(root.at(facts.observed.config_path))
    earlier = (
        images_of(resource.content)
        for generation in reversed(Generations(Tree(root)).all())
        for resource in generation.resources
        if isinstance(resource, File) and resource.path == config
    )
    for place in (*earlier, *(root.at(usual) for usual in _USUAL)):
        if place and os.path.realpath(place) != os.path.realpath(path):
            yield place


MOUNTED = Check(
    "storage-mounted",
    "What fstab has for the directory of images is mounted.",
    run_mounted,
    requires=("configuration",),
)
RIGHT = Check(
    "storage-place",
    "The registry looks where its images are.",
    run_right,
    requires=("storage", "storage-mounted"),
)
