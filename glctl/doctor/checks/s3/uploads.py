"""S3: a multipart upload, as each push begins one: begun, listed and given up, so that nothing stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.s3_actions import ABORT, CREATE_UPLOAD, LIST_PARTS
from glctl.doctor.s3_refusals import in_words, judge, judge_attempt
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.s3 import Answer
    from glctl.doctor.facts import Facts
    from glctl.findings.model import Finding


def create(facts: Facts) -> Generator[Finding, None, str]:
    """CreateMultipartUpload, with the headers that the driver sends."""
    s3 = facts.s3()
    trial = s3.upload_trial()
    well = yield from judge_attempt(s3, trial.created, CREATE_UPLOAD)
    return f"an upload was begun below {s3.settings.own}, and given up" if well else "refused"


def see(facts: Facts) -> Generator[Finding, None, str]:
    """ListMultipartUploads shows what was just begun: the registry finds its uploads that way."""
    s3 = facts.s3()
    answer = _came_to(s3.upload_trial().listed)
    if not answer.ok:
        raise NotTriedError("the uploads under way may not be listed")
    if s3.upload_trial().upload_id not in answer.texts("Upload/UploadId"):
        yield found(
            "s3-uploads-unlisted",
            s3.settings.bucket.name,
            "S3 does not list an upload that was just begun.",
            evidence=[in_words(answer)],
        )
        return "not listed"
    return "listed"


def list_parts(facts: Facts) -> Generator[Finding, None, str]:
    """ListParts."""
    answer = _came_to(facts.s3().upload_trial().parts)
    well = yield from judge(facts.s3(), answer, LIST_PARTS)
    return "allowed" if well else "refused"


def abort(facts: Facts) -> Generator[Finding, None, str]:
    """AbortMultipartUpload."""
    answer = _came_to(facts.s3().upload_trial().aborted)
    well = yield from judge(facts.s3(), answer, ABORT)
    return "allowed" if well else f"refused: the upload below {facts.s3().settings.own} stays"


def _came_to(answer: Answer | None) -> Answer:
    if answer is None:
        raise NotTriedError("no upload could be begun")
    return answer


CHECKS = (
    Check(
        "s3-create-upload",
        "The registry may begin an upload.",
        create,
        requires=("s3-signed",),
        effect="passing",
        timeout=30.0,
    ),
    Check(
        "s3-see-upload",
        "An upload that was begun is found again.",
        see,
        requires=("s3-create-upload",),
        effect="passing",
    ),
    Check(
        "s3-list-parts",
        "The registry may list the parts of an upload.",
        list_parts,
        ("s3-create-upload",),
        effect="passing",
    ),
    Check(
        "s3-abort",
        "The registry may give an upload up.",
        abort,
        requires=("s3-create-upload",),
        effect="passing",
    ),
)
