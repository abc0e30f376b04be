"""S3: the key may do something; else it has no policy, or that of another bucket or prefix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.checks.s3.reading import read_byte
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
    name, seen = s3.settings.bucket.name, []
    for ask in (s3.listed, s3.begun, lambda: s3.upload_trial().created.answer):
        answer = ask()
        if not is_denied(answer):
            return (yield from _on_objects(facts)) or f"{answer.exchange.step} is not denied"
        seen.append(in_words(answer))
    yield found(
        "s3-all-denied",
        name,
        f"S3 denies the registry whatever it asks for in the bucket {name}.",
        evidence=seen,
        remedy=how_to_allow(s3.settings, answer, (*ON_BUCKET, *ON_OBJECTS)),
    )
    return "all is denied"


def _on_objects(facts: Facts) -> Generator[Finding, None, str]:
    """Whether an object may be begun or read, where the bucket itself may be asked; empty if so."""
    s3 = facts.s3()
    created = s3.upload_trial().created.answer
    if not is_denied(created):
        return ""
    image = s3.image()
    read = read_byte(facts, image.link if image else f"{s3.settings.own}absent")
    if not is_denied(read):
        return ""
    where = f"below {s3.settings.images} in the bucket {s3.settings.bucket.name}"
    yield found(
        "s3-all-denied",
        s3.settings.bucket.name,
        f"S3 denies the registry whatever it asks for of objects {where}.",
        cause="The bucket itself it may ask: its policy is for other objects, another prefix perhaps.",
        evidence=[in_words(created), in_words(read)],
        remedy=how_to_allow(s3.settings, created, ON_OBJECTS),
    )
    return "all of objects is denied"


CHECK = Check(
    "s3-allowed",
    "The registry's key may do something in the bucket.",
    run,
    requires=("s3-signed",),
    effect="passing",
    timeout=30.0,
)
