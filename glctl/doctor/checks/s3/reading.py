"""S3: what images consist of may be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.s3_actions import GET, HEAD
from glctl.doctor.s3_refusals import denied, is_denied, judge

if TYPE_CHECKING:
    from collections.abc import Generator

    from glctl.clients.s3 import Answer
    from glctl.doctor.facts import Facts
    from glctl.doctor.s3 import S3Facts
    from glctl.findings.model import Finding

# The registry always asks for a range; a byte is enough to learn whether it may.
_FIRST_BYTE = {"Range": "bytes=0-0"}


def get(facts: Facts) -> Generator[Finding, None, str]:
    """GetObject of a layer and of the link to it; without any image, of what is not there."""
    s3 = facts.s3()
    image = s3.image()
    if image is None:
        answer = read_any(s3)
        if is_denied(answer):
            yield denied(s3.settings, answer, GET)
            return "refused"
        return "allowed, as the answer for an absent object tells; there is no image yet"
    for key in (image.link, image.blob):
        answer = _read(s3, "GET", key)
        if answer.code == "NoSuchKey":
            continue  # a link whose layer was collected, or is being pushed
        if not (yield from judge(s3, answer, GET)):
            return "refused"
    return f"the first byte of a layer of {image.repository} was read"


def head(facts: Facts) -> Generator[Finding, None, str]:
    """HeadObject of the same layer."""
    image = facts.s3().image()
    if image is None:
        raise NotTriedError("there is no image in the bucket yet")
    answer = _read(facts.s3(), "HEAD", image.blob)
    if answer.code != "NoSuchKey" and not (yield from judge(facts.s3(), answer, HEAD)):
        return "refused"
    return "allowed"


def read_any(s3: S3Facts) -> Answer:
    """GetObject of a layer; without an image, of what is not there: who may list and read is told 404."""
    image = s3.image()
    return _read(s3, "GET", image.blob if image else f"{s3.settings.own}absent")


def _read(s3: S3Facts, method: str, key: str) -> Answer:
    headers = _FIRST_BYTE if method == "GET" else {}
    return s3.store().send(method, key, headers=headers, step=f"{method.title()}Object {key}")


CHECKS = (
    # Who may not list is told 403 for what is absent, too.
    Check("s3-get", "The registry may read what it has stored.", get, requires=("s3-list",)),
    Check("s3-head", "The registry may ask with HEAD about what it has stored.", head, requires=("s3-get",)),
)
