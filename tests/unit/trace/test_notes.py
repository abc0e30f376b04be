from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from recorded import CHALLENGE, DIGEST, REALM, exchange, refused, talk

from glctl.clients.failures import Failure
from glctl.trace.notes import notes
from glctl.trace.steps import steps

if TYPE_CHECKING:
    from glctl.trace.exchange import Exchange

BLOB = f"/v2/a/b/blobs/{DIGEST}"


def told(*made: Exchange) -> str:
    return "; ".join(notes(steps(talk(*made))[-1]))


def with_location(status: int, location: str) -> Exchange:
    return exchange("POST", "/v2/a/b/blobs/uploads/", status, answered=(("Location", location),))


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://registry.example.com/v2/a/b/blobs/uploads/1", "sent on to http://registry.example.com"),
        ("https://registry.example.com:5000/x", "sent on to registry.example.com:5000"),
        ("https://registry.example.com/v2/x", ""),
        ("/v2/a/b/blobs/uploads/1", ""),
        ("https://user:secret@other.example.com/", "sent on to other.example.com"),
        ("http://[", "Location cannot be read"),
    ],
)
def test_a_location_that_leads_elsewhere_is_told(location: str, words: str) -> None:
    assert told(with_location(202, location)) == words


def test_a_redirect_without_location_is_told() -> None:
    assert told(exchange("GET", BLOB, 307)) == "a redirect without Location"


def test_credentials_that_were_dropped_at_a_redirect_are_told() -> None:
    there = "https://gitlab.example.com/elsewhere"
    authorization = ("Authorization", "Basic x")
    led = exchange("GET", REALM, 301, asked=(authorization,), answered=(("Location", there),))
    assert told(led, exchange("GET", there)) == "without the Authorization of the request before"
    assert told(led, exchange("GET", there, asked=(authorization,))) == ""


def test_an_address_in_storage_needs_none() -> None:
    there = "https://s3.example.com/b/k"
    led = exchange("GET", BLOB, 307, asked=(("Authorization", "x"),), answered=(("Location", there),))
    assert told(led, exchange("GET", there)) == ""


def test_a_challenge_tells_where_to_and_why() -> None:
    assert told(exchange("GET", "/v2/", 401, answered=(CHALLENGE,))) == f"wants a token of {REALM}"
    refused_token = ("Www-Authenticate", f'Bearer realm="{REALM}",service="s",error="insufficient_scope"')
    made = exchange("GET", "/v2/", 401, answered=(refused_token,), asked=(("Authorization", "Bearer x"),))
    assert told(made) == "error=insufficient_scope"


def test_a_blob_without_its_size_is_told() -> None:
    assert told(exchange("HEAD", BLOB, 200)) == "no Content-Length"
    assert told(exchange("HEAD", BLOB, 200, answered=(("Content-Length", "3"),))) == ""


def test_whose_refusal_it_is_is_told() -> None:
    assert told(exchange("GET", BLOB, 404, json=refused("BLOB_UNKNOWN", "blob unknown"))) == (
        "BLOB_UNKNOWN: blob unknown"
    )
    xml = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    assert told(exchange("GET", "https://s3/b/k", 403, body=xml)) == "AccessDenied: Access Denied"
    page = exchange("GET", "/v2/", 404, answered=(("Content-Type", "text/html"),), body=b"<html></html>")
    assert told(page) == "a web page"


def test_why_there_is_no_answer_is_told() -> None:
    assert (
        told(exchange("GET", "/v2/", None, failure=Failure("refused", "nothing listens")))
        == "nothing listens"
    )
