"""S3: the region, as the bucket itself tells it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from glctl.clients.s3 import region_of
from glctl.doctor.check import Check
from glctl.doctor.s3_refusals import wrong_region

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")  # as Amazon names them
# What GetBucketLocation calls the oldest regions (Amazon S3, GetBucketLocation).
_OLD_NAMES = {"": "us-east-1", "EU": "eu-west-1"}


def run(facts: Facts) -> Generator[Finding, None, str]:
    """HEAD names it, to whomever; else GetBucketLocation does, where the key may ask.

    A store other than Amazon's that takes the signature does not mind: then it is only worth a warning, and
    what GetBucketLocation says there may be nothing, or any word.
    """
    s3 = facts.s3()
    configured = s3.settings.bucket.region
    answer = s3.head()
    named = region_of(answer)
    if not named:
        answer = s3.store().send("GET", query={"location": ""}, step="GetBucketLocation")
        text = (answer.root.text or "").strip() if answer.ok and answer.root is not None else configured
        named = _OLD_NAMES.get(text, text) if s3.settings.on_aws or _REGION.fullmatch(text) else ""
    if not named:
        return f"{configured}: the bucket tells no other"
    if named != configured:
        finding = wrong_region(s3.settings, answer, named)
        yield finding if s3.settings.on_aws else replace(finding, severity="warning")
    return f"the bucket lies in {named}"


CHECK = Check("s3-region", "The bucket lies in the region that is configured.", run, requires=("s3-signed",))
