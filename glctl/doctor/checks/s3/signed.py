"""S3: a request signed with the registry's key is taken for its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.s3_actions import LIST
from glctl.doctor.s3_refusals import is_denied, judge

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Send the registry's own first request. Being denied it is another matter: then the key is known."""
    s3 = facts.s3()
    answer = s3.listed()
    if is_denied(answer) and s3.anonymous().code != "NoSuchBucket":
        return "the key is known, and denied the listing"
    if is_denied(answer):
        answer = s3.anonymous()  # who may not list is not told by S3 that the bucket does not exist
    well = yield from judge(s3, answer, LIST)
    return f"the key is accepted for {s3.settings.bucket.name}" if well else "refused"


CHECK = Check(
    "s3-signed",
    "S3 knows the key, the bucket, and the signature's region and time.",
    run,
    requires=("s3-credentials", "s3-endpoint", "s3-clock"),
)
