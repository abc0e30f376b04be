from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from glctl.clients.http import Exchange
from glctl.clients.s3 import Answer, understood
from glctl.doctor.check import NotTriedError
from glctl.doctor.checks.s3.objects import CHECKS
from glctl.doctor.s3_trial import CONTENT, Attempt, ObjectTrial, Removal

if TYPE_CHECKING:
    from collections.abc import Callable

    from glctl.doctor.facts import Facts

BY_NAME = {check.name: check for check in CHECKS}
STEPS = "GetObject CopyObject UploadPart CompleteMultipartUpload UploadPartCopy".split()


def answer(status: int = 200, body: bytes = b"", step: str = "Put") -> Answer:
    return understood(Exchange("PUT", "http://s3/images", step, status, body=body))


DENIED = answer(403, b"<Error><Code>AccessDenied</Code></Error>")


@pytest.fixture
def tried(bucket: Callable[..., Facts]) -> Callable[..., Facts]:
    """Facts with a trial whose steps went well but for those given by name."""

    def make(
        put: Attempt | None = None, removal: Removal | None = None, versions: int = 0, **steps: Any
    ) -> Facts:
        answers = {**dict.fromkeys(STEPS, answer(body=CONTENT)), **steps}
        told = {name: each for name, each in answers.items() if each}
        well = Attempt(answer(), made=answer())
        trial = ObjectTrial(put or well, told, removal or Removal(well), versions)
        facts = bucket()
        facts.s3().object_trial = lambda: trial  # type: ignore[method-assign] - a fake
        return facts

    return make


def test_all_steps_go_well(tried: Callable[..., Facts], run: Any) -> None:
    facts = tried()
    assert [run(check, facts)[0] for check in CHECKS] == [[]] * len(CHECKS)


@pytest.mark.parametrize(
    ("name", "step", "code"),
    [
        ("s3-read-back", "GetObject", "s3-get-denied"),
        ("s3-copy", "CopyObject", "s3-copy-denied"),
        ("s3-upload-part", "UploadPart", "s3-put-denied"),
        ("s3-complete", "CompleteMultipartUpload", "s3-complete-denied"),
        ("s3-copy-part", "UploadPartCopy", "s3-copy-denied"),
    ],
)
def test_each_step_that_is_denied(
    tried: Callable[..., Facts], run: Any, name: str, step: str, code: str
) -> None:
    [finding], note = run(BY_NAME[name], tried(**{step: DENIED}))
    assert (finding.code, note) == (code, "refused")


def test_what_stays_is_named(tried: Callable[..., Facts], run: Any) -> None:
    facts = tried(removal=Removal(Attempt(DENIED), left=("reg/a",)))
    [finding], note = run(BY_NAME["s3-delete"], facts)
    assert (finding.code, note) == ("s3-delete-denied", "refused; what stays: reg/a")


def test_a_deletion_that_says_done_and_is_not(tried: Callable[..., Facts], run: Any) -> None:
    facts = tried(removal=Removal(Attempt(answer(), made=answer()), ignored=True))
    [finding], note = run(BY_NAME["s3-delete"], facts)
    assert (finding.code, note) == ("s3-delete-denied", "it answers 200 and deletes nothing")


def test_a_deletion_whose_checksum_is_not_taken(tried: Callable[..., Facts], run: Any) -> None:
    refused = answer(400, b"<Error><Code>InvalidRequest</Code></Error>")
    facts = tried(removal=Removal(Attempt(refused, "checksum", answer())))
    [finding], _ = run(BY_NAME["s3-delete"], facts)
    assert finding.code == "s3-checksum-refused"
    assert finding.remedy == "registry['storage']['s3']['checksum_disabled'] = true"


def test_versions_are_told(tried: Callable[..., Facts], run: Any) -> None:
    assert run(BY_NAME["s3-delete"], tried(versions=4))[1].endswith("; the bucket keeps 4 versions of them")


def test_an_object_that_changes_on_its_way(tried: Callable[..., Facts], run: Any) -> None:
    [finding], _ = run(BY_NAME["s3-read-back"], tried(GetObject=answer(body=b"other")))
    assert finding.code == "s3-object-damaged"


def test_a_header_that_the_store_does_not_take(tried: Callable[..., Facts], run: Any) -> None:
    refused = answer(501, b"<Error><Code>NotImplemented</Code></Error>")
    [finding], _ = run(BY_NAME["s3-put"], tried(put=Attempt(refused, "storage class", answer())))
    assert finding.code == "s3-not-implemented"
    assert finding.remedy == "registry['storage']['s3']['storageclass'] = 'NONE'"


def test_a_step_that_it_did_not_come_to(tried: Callable[..., Facts], run: Any) -> None:
    with pytest.raises(NotTriedError, match="steps before"):
        run(BY_NAME["s3-complete"], tried(CompleteMultipartUpload=None))
