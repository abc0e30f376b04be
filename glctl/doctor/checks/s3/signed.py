"""S3: a request signed with the registry's key is taken for its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check
from glctl.doctor.s3_actions import LIST
from glctl.doctor.s3_refusals import in_words, is_denied, judge
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.s3 import Answer
    from glctl.doctor.facts import Facts
    from glctl.doctor.s3_settings import S3Settings
    from glctl.findings.model import Finding


def run(facts: Facts) -> Generator[Finding, None, str]:
    """Send the registry's own first request. Being denied it is another matter: then the key is known."""
    s3 = facts.s3()
    answer = s3.listed()
    if is_denied(answer) and s3.anonymous().code != "NoSuchBucket":
        return "the key is known, and denied the listing"
    if is_denied(answer):
        answer = s3.anonymous()  # who may not list is not told by S3 that the bucket does not exist
    if answer.code == "NoSuchKey":
        yield _taken_for_an_object(s3.settings, answer)
        return "refused"
    well = yield from judge(s3, answer, LIST)
    return f"the key is accepted for {s3.settings.bucket.name}" if well else "refused"


def _taken_for_an_object(settings: S3Settings, answer: Answer) -> Finding:
    """S3 reads the bucket's name as a key, since the endpoint leads into a bucket already."""
    return found(
        "s3-config-invalid",
        settings.key,
        f"The endpoint {settings.bucket.endpoint} leads into a bucket: S3 takes {settings.bucket.name} for "
        "the name of an object in it.",
        evidence=[in_words(answer)],
        remedy=f"{settings.key}['regionendpoint'] = 'https://HOST[:PORT]'   # the bucket has its own setting",
    )


CHECK = Check(
    "s3-signed",
    "S3 knows the key, the bucket, and the signature's region and time.",
    run,
    requires=("s3-credentials", "s3-endpoint", "s3-clock"),
)
