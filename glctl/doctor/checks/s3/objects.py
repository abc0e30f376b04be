"""S3: objects, as a push makes and moves them: put, read back, copied, completed, deleted. --write only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glctl.doctor.check import Check, NotTriedError
from glctl.doctor.s3_actions import COMPLETE, COPY, COPY_PART, DELETE, GET, PUT, UPLOAD_PART
from glctl.doctor.s3_refusals import denied, in_words, judge, judge_attempt
from glctl.doctor.s3_trial import CONTENT
from glctl.findings.found import found

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from glctl.doctor.facts import Facts
    from glctl.doctor.s3_actions import Action
    from glctl.findings.model import Finding


def put(facts: Facts) -> Generator[Finding, None, str]:
    """PutObject, with the headers that the driver sends."""
    s3 = facts.s3()
    well = yield from judge_attempt(s3, s3.object_trial().put, PUT)
    return f"an object was put below {s3.settings.own}" if well else "refused"


def read_back(facts: Facts) -> Generator[Finding, None, str]:
    """GetObject of it."""
    s3 = facts.s3()
    answer = s3.object_trial().answers["GetObject"]
    if not (yield from judge(s3, answer, GET)):
        return "refused"
    if answer.exchange.body != CONTENT:
        name = s3.settings.bucket.name
        summary = "An object that was just put is not read back as it was."
        yield found("s3-object-damaged", name, summary, evidence=[in_words(answer)])
        return "damaged"
    return "as it was"


def delete(facts: Facts) -> Generator[Finding, None, str]:
    """DeleteObjects, which answers 200 even where it deletes nothing: each of its errors is read."""
    s3 = facts.s3()
    trial = s3.object_trial()
    removal = trial.removal
    if removal is None:
        raise NotTriedError("no object could be put")
    if not (yield from judge_attempt(s3, removal.attempt, DELETE)):
        return f"refused; what stays: {', '.join(removal.left)}" if removal.left else "refused"
    if removal.ignored:
        yield denied(s3.settings, removal.attempt.answer, DELETE)
        return "it answers 200 and deletes nothing"
    kept = f"; the bucket keeps {trial.versions} versions of them" if trial.versions else ""
    return f"all objects below {s3.settings.own} are deleted{kept}"


def policy(facts: Facts) -> Generator[Finding, None, str]:
    """Nothing more is asked: each check that this one requires has tried an action, and it was allowed."""
    yield from ()
    return f"it suffices for {facts.s3().settings.bucket.name}"


def _step(name: str, action: Action) -> Callable[[Facts], Generator[Finding, None, str]]:
    """A step behind the first, as a check's function."""

    def run(facts: Facts) -> Generator[Finding, None, str]:
        answer = facts.s3().object_trial().answers.get(name)
        if answer is None:
            raise NotTriedError("the steps before it were refused")
        well = yield from judge(facts.s3(), answer, action)
        return "allowed" if well else "refused"

    return run


def _check(
    name: str, about: str, run: Callable[[Facts], Generator[Finding, None, str]], *requires: str
) -> Check:
    return Check(name, about, run, requires=requires, effect="lasting", timeout=30.0)


_ACTIONS = (
    "s3-list-v2 s3-get s3-head s3-list-uploads s3-create-upload s3-list-parts s3-abort "
    "s3-read-back s3-copy s3-copy-part s3-complete s3-delete"
).split()

CHECKS = (
    _check("s3-put", "The registry may store an object.", put, "s3-create-upload"),
    _check(
        "s3-read-back", "An object that was stored is read back as it was.", read_back, "s3-put", "s3-get"
    ),
    _check("s3-copy", "The registry may copy an object.", _step("CopyObject", COPY), "s3-put", "s3-get"),
    _check(
        "s3-upload-part",
        "The registry may send a layer in parts.",
        _step("UploadPart", UPLOAD_PART),
        "s3-put",
    ),
    _check(
        "s3-complete",
        "The registry may complete an upload.",
        _step("CompleteMultipartUpload", COMPLETE),
        "s3-upload-part",
    ),
    _check(
        "s3-copy-part",
        "The registry may copy a large object, in parts.",
        _step("UploadPartCopy", COPY_PART),
        "s3-copy",
    ),
    _check("s3-delete", "The registry may delete objects.", delete, "s3-put"),
    _check("s3-policy", "The policy allows all that the registry does.", policy, *_ACTIONS),
)
