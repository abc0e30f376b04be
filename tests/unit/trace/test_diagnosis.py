from __future__ import annotations

import pytest
from recorded import DIGEST, VERSION, exchange, recorded, refused, talk

from glctl.trace.diagnosis import diagnose
from glctl.trace.exchange import Conversation


def test_a_push_that_goes_well_has_no_finding() -> None:
    made = talk(
        exchange("GET", "/v2/", 200, answered=(VERSION,)),
        exchange("HEAD", f"/v2/a/b/blobs/{DIGEST}", 404, json=refused("BLOB_UNKNOWN")),
        exchange("POST", "/v2/a/b/blobs/uploads/", 202, answered=(("Location", "/v2/a/b/blobs/uploads/1"),)),
        exchange(
            "PATCH", "/v2/a/b/blobs/uploads/1", 202, answered=(("Location", "/v2/a/b/blobs/uploads/1"),)
        ),
        exchange("PUT", f"/v2/a/b/blobs/uploads/1?digest={DIGEST}", 201),
        exchange("PUT", "/v2/a/b/manifests/1", 201),
    )
    report = diagnose(made)
    assert report.findings == ()
    assert report.ok


def test_the_same_of_the_same_subject_is_told_once() -> None:
    checks = [exchange("HEAD", f"/v2/a/b/blobs/{DIGEST[:-1]}{number}", 502) for number in range(3)]
    (finding,) = diagnose(talk(*checks)).findings
    assert (finding.code, finding.check) == ("proxy-bad-gateway", "trace")


def test_silence_is_told() -> None:
    assert diagnose(Conversation()).root_causes[0].code == "trace-nothing-seen"


@pytest.mark.parametrize(
    ("name", "codes"), [("push", []), ("s3-denied", ["s3-redirect-denied"]), ("s3-repaired", [])]
)
def test_what_skopeo_nginx_the_registry_and_seaweedfs_said(name: str, codes: list[str]) -> None:
    report = diagnose(recorded(name))
    assert [finding.code for finding in report.findings] == codes


def test_the_recorded_refusal_is_named_in_full() -> None:
    (finding,) = diagnose(recorded("s3-denied")).findings
    assert finding.subject == "images"
    assert "s3:GetObject" in finding.summary
    assert "key reg/docker/registry/v2/blobs/sha256/" in str(finding.evidence)
