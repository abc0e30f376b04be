from __future__ import annotations

from recorded import DIGEST, VERSION, exchange, refused, talk

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
