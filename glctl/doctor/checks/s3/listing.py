"""S3: the bucket may be listed, in each of the ways in which the registry does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.s3_actions import LIST, LIST_UPLOADS, LIST_V2
from glctl.doctor.s3_refusals import judge

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def objects(facts: Facts) -> Generator[Finding, None, str]:
    """ListObjects, version 1: the health check, and wherever the registry asks whether something is there."""
    well = yield from judge(facts.s3(), facts.s3().listed(), LIST)
    return "allowed" if well else "refused"


def objects_v2(facts: Facts) -> Generator[Finding, None, str]:
    """ListObjectsV2."""
    s3 = facts.s3()
    query = {"list-type": "2", "prefix": s3.settings.images, "max-keys": "1"}
    well = yield from judge(s3, s3.store().send("GET", query=query, step="ListObjectsV2"), LIST_V2)
    return "allowed" if well else "refused"


def uploads(facts: Facts) -> Generator[Finding, None, str]:
    """ListMultipartUploads."""
    well = yield from judge(facts.s3(), facts.s3().begun(), LIST_UPLOADS)
    return "allowed" if well else "refused"


CHECKS = (
    Check("s3-list", "The registry may list its bucket.", objects, requires=("s3-signed",)),
    Check(
        "s3-list-v2",
        "The registry may list its bucket by version 2 of the listing, too.",
        objects_v2,
        requires=("s3-list",),
    ),
    Check(
        "s3-list-uploads",
        "The registry may list the uploads that are under way.",
        uploads,
        requires=("s3-signed",),
    ),
)
