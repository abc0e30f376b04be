from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.storage.contents import CONTENTS, UPLOADS
from glctl.doctor.images import Images
from glctl.services.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

TOP = Path("/images")


def test_whole_images(new_facts: Callable[..., Facts], run: Any) -> None:
    findings, note = run(CONTENTS, new_facts(images=Images(TOP, manifests=3, repositories=2)))
    assert (findings, note) == ([], "all 3 manifests in 2 repositories")


def test_a_sample_says_so(new_facts: Callable[..., Facts], run: Any) -> None:
    assert "--deep" in run(CONTENTS, new_facts(images=Images(TOP, complete=False)))[1]


@pytest.mark.parametrize(
    ("images", "code"),
    [
        (Images(TOP, empty_links=["a", "b"]), "storage-links-empty"),
        (Images(TOP, missing_blobs=["a", "b"]), "storage-blobs-missing"),
        (Images(TOP, short_blobs=["a", "b"]), "storage-blobs-short"),
    ],
)
def test_what_is_damaged(new_facts: Callable[..., Facts], run: Any, images: Images, code: str) -> None:
    [finding], _ = run(CONTENTS, new_facts(images=images))
    assert (finding.code, finding.evidence) == (code, ("b",))
    assert finding.summary.startswith("2 ")


def test_what_the_registry_may_not_read(new_facts: Callable[..., Facts], run: Any) -> None:
    images = Images(TOP, Account("git", 1, (1,)), closed=["a", "b"])
    [finding], _ = run(CONTENTS, new_facts(images=images))
    assert (finding.code, finding.remedy) == ("storage-not-readable", "chown -R git /images")
    assert finding.evidence == ("b",)


@pytest.mark.parametrize(
    ("count", "days", "size", "severity"),
    [(3, 8, 10, "info"), (60, 8, 10, "warning"), (1, 30, 2 * 10**8, "warning")],
)
def test_uploads_that_nobody_ended(
    new_facts: Callable[..., Facts], run: Any, count: int, days: int, size: int, severity: str
) -> None:
    uploads = [(f"u{n}", time.time() - days * 86400, size) for n in range(count)]
    [finding], _ = run(UPLOADS, new_facts(images=Images(TOP, uploads=uploads)))
    assert (finding.code, finding.severity) == ("storage-uploads-left", severity)
    assert f"of {days} days ago: u0" in finding.evidence[0]


@pytest.mark.parametrize(
    ("purging", "words"),
    [({}, "the registry purges such"), ({"enabled": False}, "purging is switched off")],
)
def test_whether_the_registry_purges_them(
    new_facts: Callable[..., Facts], run: Any, purging: dict[str, Any], words: str
) -> None:
    config = {"storage": {"filesystem": {}, "maintenance": {"uploadpurging": purging}}}
    images = Images(TOP, uploads=[("u", 0.0, 1)])
    [finding], _ = run(UPLOADS, new_facts(config=config, images=images))
    assert words in finding.summary


def test_uploads_under_way_are_well(new_facts: Callable[..., Facts], run: Any) -> None:
    assert run(UPLOADS, new_facts(images=Images(TOP, uploads=[("u", time.time(), 10**12)])))[0] == []


@pytest.mark.parametrize("check", [CONTENTS, UPLOADS])
def test_another_driver(new_facts: Callable[..., Facts], run: Any, check: Any) -> None:
    with pytest.raises(NotTriedError, match="not kept on a file system"):
        run(check, new_facts(config={"storage": {"s3": {}}}))
