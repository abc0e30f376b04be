"""Filesystem storage: what manifests name is there, and no upload lies about for ever."""

from __future__ import annotations

import shlex
import time
from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.checks.storage.directory import directory_of_images
from glctl.findings.found import found
from glctl.settings.option import counts_as_true

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.doctor.images import Images
    from glctl.findings.model import Finding

_OLD = 7 * 86400.0  # seconds; the registry purges what is older, unless told otherwise (distribution, 168h)
_MANY, _LARGE = 50, 100e6  # uploads, bytes: what is left over below is no trouble


def run_contents(facts: Facts) -> Generator[Finding, None, str]:
    """Follow links to blobs."""
    directory_of_images(facts)
    images = facts.images()
    for code, paths, what in (
        ("storage-links-empty", images.empty_links, "link files hold no digest: what they named is lost"),
        ("storage-blobs-missing", images.missing_blobs, "blobs are gone that manifests name"),
        ("storage-blobs-short", images.short_blobs, "blobs are not as long as they were when pushed"),
    ):
        if paths:
            yield found(code, str(images.top), f"{len(paths)} {what}: {paths[0]}.", evidence=paths[1:6])
    if images.closed and images.account:
        yield found(
            "storage-not-readable",
            str(images.top),
            f"{len(images.closed)} files may not be read by the registry's account: {images.closed[0]}.",
            remedy=f"chown -R {images.account.name} {shlex.quote(str(images.top))}",
            evidence=images.closed[1:6],
        )
    kind = "all" if images.complete else "a sample (--deep looks at all): "
    return f"{kind} {images.manifests} manifests in {images.repositories} repositories"


def run_uploads(facts: Facts) -> Generator[Finding, None, str]:
    """Count uploads that were begun and never ended."""
    directory_of_images(facts)
    images = facts.images()
    old = [upload for upload in images.uploads if time.time() - upload[1] > _OLD]
    if old:
        yield _left(facts, images, old)
    return f"{len(images.uploads)} uploads begun, {len(old)} of them more than a week ago"


def _left(facts: Facts, images: Images, old: list[tuple[str, float, int]]) -> Finding:
    size = sum(upload[2] for upload in old)
    path, began, _ = min(old, key=lambda upload: upload[1])
    days = (time.time() - began) / 86400
    purges = _purges(facts)
    purged = "the registry purges such" if purges else "purging is switched off"
    return found(
        "storage-uploads-left",
        str(images.top),
        f"{len(old)} uploads of more than a week ago were never ended ({size / 1e6:.0f} MB): {purged}.",
        evidence=[f"the oldest, of {days:.0f} days ago: {path}"],
        remedy="It does so every 24 hours: see that it runs that long." if purges else "",
        severity="warning" if len(old) >= _MANY or size >= _LARGE else "info",
    )


def _purges(facts: Facts) -> bool:
    enabled = facts.observed.setting("storage", "maintenance", "uploadpurging", "enabled")
    return enabled is None or counts_as_true(enabled)


CONTENTS = Check(
    "storage-contents",
    "What manifests name is in storage.",
    run_contents,
    requires=("storage",),
    timeout=3600.0,  # --deep walks everything
)
UPLOADS = Check(
    "storage-uploads",
    "No upload lies about for ever.",
    run_uploads,
    requires=("storage",),
    timeout=3600.0,
)
