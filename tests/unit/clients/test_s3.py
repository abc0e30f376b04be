"""Signing and understanding; what real stores answer is in tests/integration/test_s3.py."""

from __future__ import annotations

import re
from typing import Any

import pytest

from glctl.clients import s3
from glctl.clients.failures import Failure
from glctl.clients.http import Exchange
from glctl.clients.s3 import Bucket, Credentials, Store, understood
from glctl.secret import Secret

KEYS = Credentials(Secret("AKIDEXAMPLE"), Secret("PLANTED-secret"), Secret("PLANTED-token"), "a test")
PATH = Bucket("images", "http://127.0.0.1:9000", "eu-central-1", path_style=True)
HOST = Bucket("images", "https://s3.eu-central-1.amazonaws.com", "eu-central-1", path_style=False)


class Recording:
    """A client that answers from a list, and keeps what it was asked."""

    def __init__(self, *answers: Exchange) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    def request(self, method: str, url: str, **more: Any) -> Exchange:
        self.requests.append({"method": method, "url": url, **more})
        return self.answers.pop(0) if self.answers else exchange(200)


def exchange(status: int | None, body: bytes = b"", **more: Any) -> Exchange:
    return Exchange("GET", "http://s3/images", "ListObjects", status, body=body, **more)


def error(code: str, more: str = "") -> bytes:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>No.</Message>{more}</Error>".encode()


@pytest.mark.parametrize(
    ("bucket", "key", "query", "url"),
    [
        (PATH, "", None, "http://127.0.0.1:9000/images"),
        (PATH, "a b/é+", None, "http://127.0.0.1:9000/images/a%20b/%C3%A9%2B"),
        (PATH, "", {"uploads": ""}, "http://127.0.0.1:9000/images?uploads"),
        (HOST, "", None, "https://images.s3.eu-central-1.amazonaws.com/"),
        (
            HOST,
            "k",
            {"b": "1 2", "a": "x/y"},
            "https://images.s3.eu-central-1.amazonaws.com/k?a=x%2Fy&b=1%202",
        ),
    ],
)
def test_where_a_key_lies(bucket: Bucket, key: str, query: dict[str, str] | None, url: str) -> None:
    assert bucket.url(key, query) == url


def test_a_request_is_signed_for_the_configured_region_and_shows_no_key() -> None:
    client = Recording()
    Store(client, PATH, KEYS).send("GET", "k", headers={"Range": "bytes=0-0"})  # type: ignore[arg-type] - a fake
    headers = client.requests[0]["headers"]
    assert headers["Range"] == "bytes=0-0"
    assert all(isinstance(value, Secret) for name, value in headers.items() if name != "Range")
    scope = r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/eu-central-1/s3/aws4_request, SignedHeaders="
    assert re.match(scope, headers["Authorization"].reveal())
    assert headers["X-Amz-Security-Token"].reveal() == "PLANTED-token"
    assert "PLANTED" not in repr(client.requests)


def test_without_credentials_nothing_is_signed() -> None:
    client = Recording()
    Store(client, PATH, None).send("GET")  # type: ignore[arg-type] - a fake
    assert client.requests[0]["headers"] == {}
    with pytest.raises(ValueError, match="credentials"):
        Store(client, PATH, None).presign("GET", "k")  # type: ignore[arg-type] - a fake


@pytest.mark.parametrize("bucket", [PATH, HOST])
def test_version_2_signs_the_path_with_the_bucket_in_it(bucket: Bucket) -> None:
    client = Recording()
    old = Bucket(bucket.name, bucket.endpoint, bucket.region, bucket.path_style, signature=2)
    Store(client, old, KEYS).send("GET", "k")  # type: ignore[arg-type] - a fake
    assert client.requests[0]["headers"]["Authorization"].reveal().startswith("AWS AKIDEXAMPLE:")
    assert "Signature=" in Store(client, old, KEYS).presign("GET", "k").reveal()  # type: ignore[arg-type] - a fake


def test_a_presigned_address_is_a_secret() -> None:
    url = Store(Recording(), HOST, KEYS).presign("HEAD", "k")  # type: ignore[arg-type] - a fake
    assert str(url) == "[MASKED]"
    assert url.reveal().startswith("https://images.s3.eu-central-1.amazonaws.com/k?X-Amz-Algorithm=")


def test_patience_is_had_where_s3_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(s3.time, "sleep", slept.append)
    busy = exchange(503, error("SlowDown"))
    once = Store(Recording(busy), PATH, KEYS).send("GET")  # type: ignore[arg-type] - a fake
    assert (once.ok, once.throttled) == (True, 1)
    always = Store(Recording(*[busy] * 9), PATH, KEYS).send("GET")  # type: ignore[arg-type] - a fake
    assert (always.ok, always.code, always.throttled) == (False, "SlowDown", 2)
    assert len(slept) == 3


@pytest.mark.parametrize(
    ("answer", "code", "ok"),
    [
        (exchange(200, b"<ListBucketResult xmlns='http://s3/'><Contents/></ListBucketResult>"), "", True),
        (exchange(403, error("AccessDenied")), "AccessDenied", False),
        (exchange(200, error("InternalError")), "InternalError", False),  # CompleteMultipartUpload can
        (exchange(403), "AccessDenied", False),  # HEAD has no body
        (exchange(404), "NoSuchKey", False),
        (exchange(301), "PermanentRedirect", False),
        (exchange(500, b"<html><body>oops"), "HTTP 500", False),
        (exchange(None, failure=Failure("refused", "nothing listens")), "", False),
        (exchange(200, failure=Failure("reset", "closed")), "", False),
    ],
)
def test_what_an_answer_means(answer: Exchange, code: str, ok: bool) -> None:
    understood_ = understood(answer)
    assert (understood_.code, understood_.ok) == (code, ok)


def test_a_key_that_s3_repeats_is_masked() -> None:
    words = b"<Error><Code>No</Code><Message>PLANTED-secret, PLANTED-token, AKIDEXAMPLE: no</Message></Error>"
    answer = Store(Recording(exchange(403, words)), PATH, KEYS).send("GET")  # type: ignore[arg-type] - a fake
    assert answer.message == "[MASKED], [MASKED], [MASKED]: no"


@pytest.mark.parametrize(
    ("answer", "is_s3"),
    [
        (exchange(403, error("AccessDenied")), True),
        (exchange(403, headers={"x-amz-request-id": "1"}), True),
        (exchange(400, headers={"x-amz-bucket-region": "eu-west-1"}), True),
        (exchange(200, b"<!DOCTYPE html><html/>"), False),
        (exchange(200, b"<html></html>"), False),
        (exchange(200, b'{"json": 1}'), False),
        (exchange(403), False),
    ],
)
def test_whether_an_s3_answered(answer: Exchange, is_s3: bool) -> None:
    assert understood(answer).is_s3 is is_s3


def test_a_document_type_is_not_even_parsed() -> None:
    bomb = b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><Error><Code>&a;</Code></Error>"
    assert understood(exchange(400, bomb)).code == "HTTP 400"


def test_elements_are_found_without_their_namespace() -> None:
    body = b"<R xmlns='http://s3/'><Contents><Key>a</Key></Contents><Contents><Key>b</Key></Contents></R>"
    answer = understood(exchange(200, body))
    assert answer.texts("Contents/Key") == ["a", "b"]
    assert answer.text("NextMarker") == ""


def test_foreign_words_neither_steer_a_terminal_nor_show_a_signature() -> None:
    words = b"<Error><Code>A\x7f</Code><Message>http://s3/?X-Amz-Signature=PLANTED</Message></Error>"
    answer = understood(exchange(403, words))
    assert answer.code == "A\\x7f"
    assert "PLANTED" not in answer.message


def test_the_errors_of_a_deletion_are_read_although_it_answers_200() -> None:
    body = b"<DeleteResult><Error><Key>k</Key><Code>AccessDenied</Code></Error></DeleteResult>"
    client = Recording(exchange(200, body))
    answer = Store(client, PATH, KEYS).delete(["a&b"])  # type: ignore[arg-type] - a fake
    assert (answer.ok, answer.code) == (False, "AccessDenied")
    assert client.requests[0]["body"] == b"<Delete><Object><Key>a&amp;b</Key></Object></Delete>"
