"""S3: the key may do something; one that may do nothing has no policy, or that of another bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.s3_refusals import how_to_allow, in_words, is_denied
from glctl.findings.found import found
from glctl.findings.s3_policy import ON_BUCKET, ON_OBJECTS

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Look at one action on the bucket, another one, and one on its objects, until one is not denied."""
    s3 = facts.s3()
    seen = []
    for ask in (s3.listed, s3.begun, lambda: s3.upload_trial().created.answer):
        answer = ask()
        if not is_denied(answer):
            return f"{answer.exchange.step} is not denied"
        seen.append(in_words(answer))
    name = s3.settings.bucket.name
    yield found(
        "s3-all-denied",
        name,
        f"S3 denies the registry whatever it asks for in the bucket {name}.",
        evidence=seen,
        remedy=how_to_allow(s3.settings, answer, (*ON_BUCKET, *ON_OBJECTS)),
    )
    return "all is denied"


CHECK = Check(
    "s3-allowed",
    "The registry's key may do something in the bucket.",
    run,
    requires=("s3-signed",),
    effect="passing",
    timeout=30.0,
)
