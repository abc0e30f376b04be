"""What the doctor leaves in the bucket of a registry: nothing by default, nor for long with --write."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from object_stores import ROOT
from servers_s3 import Canned
from stacks import Stacks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from stacks import Stack

OWN = f"{ROOT}glctl-doctor/"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """One on moto, behind a proxy that can hold requests up. The doctor has pushed an image to it."""
    with Stacks() as stacks:
        yield stacks["moto behind a proxy"]


def contents(stack: Stack) -> dict[str, list[Any]]:
    """All that the bucket holds, also what no listing of objects shows."""
    with stack.store.lifted():
        client, bucket = stack.store.client(), stack.store.bucket
        found = client.list_object_versions(Bucket=bucket)
        uploads = client.list_multipart_uploads(Bucket=bucket).get("Uploads", ())
    return {
        "objects": [(each["Key"], each["VersionId"], each["ETag"]) for each in found.get("Versions", ())],
        "delete markers": [(each["Key"], each["VersionId"]) for each in found.get("DeleteMarkers", ())],
        "uploads": [(each["Key"], each["UploadId"]) for each in uploads],
    }


def own(stack: Stack) -> dict[str, list[str]]:
    """The doctor's own that can be seen in the bucket, which may keep versions of what was deleted."""
    with stack.store.lifted():
        client, where = stack.store.client(), {"Bucket": stack.store.bucket, "Prefix": OWN}
        return {
            "objects": [each["Key"] for each in client.list_objects_v2(**where).get("Contents", ())],
            "uploads": [each["Key"] for each in client.list_multipart_uploads(**where).get("Uploads", ())],
        }


@pytest.mark.parametrize("versions", ["Suspended", "Enabled"])
@pytest.mark.parametrize("options", [(), ("--deep",), ("--read-only",)])
def test_nothing_is_made_by_default(stack: Stack, options: tuple[str, ...], versions: str) -> None:
    with stack.store.lifted():
        stack.store.client().put_bucket_versioning(
            Bucket=stack.store.bucket, VersioningConfiguration={"Status": versions}
        )
    before = contents(stack)
    assert before["objects"]
    assert stack.doctor(*options)["root_causes"] == []
    assert contents(stack) == before


class Held(Canned):
    """Holds a request up until whoever waits for its answer is gone, and loses it."""

    def __init__(self, method: str, part: str) -> None:
        super().__init__(method, part, 503, "SlowDown")
        self.reached, self.released = threading.Event(), threading.Event()

    def fits(self, method: str, path: str, headers: Mapping[str, str]) -> bool:
        held = super().fits(method, path, headers)
        if held:
            self.reached.set()
            self.released.wait(60)
        return held


@pytest.mark.parametrize(
    ("request_", "left"),
    [
        (Held("GET", "/upload?uploadId"), "uploads"),  # ListParts of an upload that was begun
        (Held("PUT", "/copy"), "objects"),
        (Held("POST", "/complete?uploadId"), "uploads"),
        (Held("POST", "?delete"), "objects"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.method} {value.part}",
)
def test_what_a_killed_run_has_left_is_swept_by_the_next(stack: Stack, request_: Held, left: str) -> None:
    command = [sys.executable, "-m", "glctl", "--root", str(stack.path), "doctor", "--write"]
    with stack.store_proxy.answering(request_):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert request_.reached.wait(30)
        process.kill()
        process.wait()
        request_.released.set()
    assert own(stack)[left]
    stack.require_well("--write")
    assert own(stack) == {"objects": [], "uploads": []}
