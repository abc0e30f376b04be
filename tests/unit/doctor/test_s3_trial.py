from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glctl.clients.http import Exchange
from glctl.clients.s3 import Answer, Bucket, Store, understood
from glctl.doctor import s3_trial
from glctl.doctor.s3_settings import S3Settings
from glctl.doctor.s3_trial import age, part_of, try_objects, try_upload

BUCKET = Bucket("images", "http://store:9000", "eu-central-1", path_style=True)
OWN = "docker/registry/v2/glctl-doctor/"


class Recording(Store):
    """A bucket that does all that is asked but what *refuse* says, and keeps what it was asked."""

    def __init__(self, refuse: Any = lambda *_: None, listed: str = "") -> None:
        super().__init__(None, BUCKET, None)  # type: ignore[arg-type] - nothing is sent
        self.refuse, self.listed = refuse, listed
        self.steps: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.gone = False

    def send(self, method: str, key: str = "", **more: Any) -> Answer:
        step, headers = more.get("step", ""), dict(more.get("headers") or {})
        self.steps.append(f"{step} {key.removeprefix(OWN).partition('/')[2]}".rstrip())
        self.headers.append(headers)
        status = self.refuse(step, headers) or 200
        if step == "GetObject" and self.gone:
            status = 404
        self.gone |= step == "DeleteObjects"
        body = self.listed if step.startswith("List") else "<R><UploadId>u1</UploadId><ETag>e</ETag></R>"
        return understood(
            Exchange(method, "http://s3", step, status, body=body.encode() if status == 200 else b"")
        )


def settings(**written: Any) -> S3Settings:
    return S3Settings("s3", BUCKET, "", written)


def test_an_upload_is_always_given_up() -> None:
    store = Recording()
    trial = try_upload(store, settings())
    assert store.steps == [
        "ListMultipartUploads",
        "CreateMultipartUpload upload",
        "ListMultipartUploads",
        "ListParts upload",
        "AbortMultipartUpload upload",
    ]
    assert trial.upload_id == "u1"


def test_it_is_given_up_even_if_the_run_is_broken_off() -> None:
    def broken(step: str, _: Any) -> None:
        if step == "ListParts":
            raise KeyboardInterrupt

    store = Recording(broken)
    with pytest.raises(KeyboardInterrupt):
        try_upload(store, settings())
    assert store.steps[-1] == "AbortMultipartUpload upload"


@pytest.mark.parametrize(
    ("written", "header", "part"),
    [
        ({}, "x-amz-acl", "acl"),
        ({}, "x-amz-storage-class", "storage class"),
        ({"encrypt": True, "keyid": "k"}, "x-amz-server-side-encryption", "encryption"),
    ],
)
def test_the_header_that_is_not_taken_is_found(written: dict[str, Any], header: str, part: str) -> None:
    store = Recording(lambda step, headers: 501 if "Create" in step and header in headers else None)
    trial = try_upload(store, settings(**written))
    assert trial.created.culprit == part
    assert store.steps[-1] == "AbortMultipartUpload upload"
    assert part_of(header) == part


def test_where_no_header_is_to_blame_none_is() -> None:
    trial = try_upload(Recording(lambda step, _: 403 if "Create" in step else None), settings())
    assert (trial.created.culprit, trial.created.made, trial.aborted) == ("", None, None)


def test_objects_are_made_and_all_deleted() -> None:
    store = Recording()
    trial = try_objects(store, settings())
    assert [step.partition(" ")[0] for step in store.steps] == [
        "ListObjects",
        "PutObject",
        "GetObject",
        "CopyObject",
        *("CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"),
        *("CreateMultipartUpload", "UploadPartCopy", "CompleteMultipartUpload"),
        "DeleteObjects",
        "GetObject",
    ]
    assert trial.removal
    assert (trial.removal.attempt.culprit, trial.removal.ignored, trial.removal.left) == ("", False, ())
    assert set(trial.answers) >= {"CopyObject", "UploadPartCopy"}


def test_an_upload_that_is_not_completed_is_given_up() -> None:
    store = Recording(lambda step, _: 403 if step in ("UploadPart", "CompleteMultipartUpload") else None)
    try_objects(store, settings())
    assert store.steps.count("AbortMultipartUpload complete") == 1
    assert store.steps.count("AbortMultipartUpload large") == 1


def test_nothing_follows_a_put_that_is_refused() -> None:
    store = Recording(lambda step, _: 403 if step.startswith("PutObject") else None)
    assert try_objects(store, settings()).answers == {}
    assert "DeleteObjects" not in store.steps


HOST = s3_trial._host()
DEAD = 2**22 + 1  # above the kernel's largest pid
HOUR_AGO = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
NOW = datetime.now(UTC).isoformat()


@pytest.mark.parametrize(
    ("key", "since", "left"),
    [
        (f"{OWN}{HOST}-{DEAD}/put", NOW, True),
        (f"{OWN}{HOST}-{os.getpid()}/put", NOW, True),  # of an earlier examination by this process
        (f"{OWN}{HOST}-{os.getppid()}/put", HOUR_AGO, False),  # at work
        (f"{OWN}another.host-1/put", NOW, False),
        (f"{OWN}another.host-1/put", HOUR_AGO, True),
        ("docker/registry/v2/blobs/data", HOUR_AGO, False),  # never what is not ours
    ],
    ids=["killed", "earlier", "at work", "another host", "another host, long ago", "not ours"],
)
def test_what_killed_runs_have_left_is_removed(key: str, since: str, left: bool) -> None:
    found = f"<Key>{key}</Key><UploadId>u</UploadId><Initiated>{since}</Initiated>"
    found += f"<LastModified>{since}</LastModified>"
    store = Recording(listed=f"<R><Upload>{found}</Upload><Contents>{found}</Contents></R>")
    s3_trial._sweep_uploads(store, settings())
    assert any(step.startswith("Abort") for step in store.steps) is left
    s3_trial._sweep_objects(store, settings())
    assert ("DeleteObjects" in store.steps) is left


def test_an_age_that_cannot_be_read_is_none() -> None:
    assert age("yesterday") == 0.0
    assert age("2020-01-01T00:00:00.000Z") > 1e8
