"""S3: the key may do something in the bucket, and something with its objects: two statements of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.checks.s3.reading import read_any
from glctl.doctor.s3_refusals import how_to_allow, in_words, is_denied
from glctl.findings.found import found
from glctl.findings.s3_policy import ON_BUCKET, ON_OBJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from glctl.clients.s3 import Answer
    from glctl.doctor.facts import Facts
    from glctl.doctor.s3 import S3Facts
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Ask for two things on the bucket and two with its objects, on each until one is not denied."""
    s3 = facts.s3()
    name = s3.settings.bucket.name
    bucket = _denied_of((s3.listed, s3.begun))
    created = s3.upload_trial().created.answer
    if bucket and is_denied(created):
        what = f"S3 denies the registry whatever it asks for in the bucket {name}."
        yield _without(s3, "s3-all-denied", what, [*bucket, created], (*ON_BUCKET, *ON_OBJECTS))
        return "all is denied"
    if bucket:
        what = f"S3 denies the registry to list objects and uploads of the bucket {name}."
        yield _without(s3, "s3-bucket-denied", what, bucket, ON_BUCKET)
        return "nothing on the bucket itself"
    if objects := _denied_of((lambda: created, lambda: read_any(s3))):
        what = f"S3 denies the registry to read objects of the bucket {name}, and to make any."
        yield _without(s3, "s3-objects-denied", what, objects, ON_OBJECTS)
        return "nothing with objects"
    return "something on the bucket, and something with its objects"


def _denied_of(asked: Sequence[Callable[[], Answer]]) -> list[Answer]:
    """The answers, where all of them are refusals; else none."""
    seen = []
    for ask in asked:
        seen.append(ask())
        if not is_denied(seen[-1]):
            return []
    return seen


def _without(
    s3: S3Facts, code: str, summary: str, answers: Sequence[Answer], permissions: Sequence[str]
) -> Finding:
    return found(
        code,
        s3.settings.bucket.name,
        summary,
        evidence=[in_words(answer) for answer in answers],
        remedy=how_to_allow(s3.settings, answers[-1], permissions),
    )


CHECK = Check(
    "s3-allowed",
    "The registry's key may do something in the bucket, and with its objects.",
    run,
    requires=("s3-signed",),
    effect="passing",
    timeout=30.0,
)
