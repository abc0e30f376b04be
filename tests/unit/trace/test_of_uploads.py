from __future__ import annotations

import pytest
from recorded import exchange, refused

from glctl.trace.exchange import Conversation, Exchange
from glctl.trace.of_uploads import judge
from glctl.trace.talk import Talk

UPLOAD = "/v2/a/b/blobs/uploads/1"


def judged(*exchanges: Exchange) -> list[tuple[str, str]]:
    return [(finding.code, finding.summary) for finding in judge(Talk(Conversation(exchanges)))]


@pytest.mark.parametrize(
    ("location", "missing"),
    [
        ("http://registry.example.com/v2/x", "X-Forwarded-Proto"),
        ("https://registry.example.com:5000/v2/x", "Host"),
        ("https://registry:5000/v2/x", "Host"),
    ],
)
def test_a_location_elsewhere_names_the_header_that_is_missing(location: str, missing: str) -> None:
    ((code, summary),) = judged(
        exchange("POST", "/v2/a/b/blobs/uploads/", 202, answered=(("Location", location),))
    )
    assert code == "location-wrong"
    assert missing in summary


@pytest.mark.parametrize("location", ["/v2/a/b/blobs/uploads/1", "https://registry.example.com/v2/x", ""])
def test_a_location_at_home_is_well(location: str) -> None:
    assert judged(exchange("POST", "/v2/a/b/blobs/uploads/", 202, answered=(("Location", location),))) == []


def test_a_layer_too_large_is_told_with_its_size() -> None:
    made = exchange(
        "PATCH", UPLOAD, 413, asked=(("Content-Length", "2000000"),), answered=(("Server", "nginx"),)
    )
    assert judged(made) == [
        ("proxy-body-limit", "A layer of 2.0 MB is refused for its size at registry.example.com.")
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [("BLOB_UPLOAD_UNKNOWN", "upload-session-lost"), ("BLOB_UPLOAD_INVALID", "upload-secret-mismatch")],
)
def test_an_upload_that_another_node_does_not_know(code: str, expected: str) -> None:
    assert [found for found, _ in judged(exchange("PATCH", UPLOAD, 404, json=refused(code)))] == [expected]
    again = exchange("PATCH", UPLOAD, 202)
    assert judged(exchange("PATCH", UPLOAD, 404, json=refused(code)), again) == []
