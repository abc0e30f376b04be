"""The steps of the distribution protocol against a fake; a real registry takes them in tests/integration."""

from __future__ import annotations

import json

import pytest

from glctl.clients import distribution
from glctl.clients.distribution import Challenge
from glctl.clients.http import Client, Exchange, Failure
from glctl.secret import Secret

TOKEN = Secret("t0ken")
CONTENT = b"glctl"
DIGEST = "sha256:" + "0" * 64


@pytest.fixture
def client():
    with Client(connect_timeout=5, read_timeout=5) as client:
        yield client


def answer(status, body=b"", **headers):
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def lines(server):
    """The request line of each request, and whether a token came with it."""
    return [(data.split(b" HTTP")[0].decode(), b"Bearer t0ken" in data) for data in server.requests]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("Negotiate", None),
        ('Bearer realm="https://h/jwt/auth",service="s"', Challenge("bearer", "https://h/jwt/auth", "s")),
        (
            'Bearer realm="r",service="s",scope="repository:a/b:pull,push",error="insufficient_scope"',
            Challenge("bearer", "r", "s", "repository:a/b:pull,push", "insufficient_scope"),
        ),
        ('BEARER Realm = r , service="s"', Challenge("bearer", "r", "s")),
        ('Bearer realm="a \\"b\\" \\\\c"', Challenge("bearer", 'a "b" \\c')),
        (
            'Basic realm="x", Bearer realm="y",error="invalid_token"',
            Challenge("bearer", "y", error="invalid_token"),
        ),
        ('Basic realm="x"', Challenge("basic", "x")),
        ('Bearer realm="unterminated', None),
    ],
)
def test_challenges(header, expected):
    assert distribution.parse_challenge(header) == expected


def test_ping_reads_what_a_registry_says_of_itself(client, serve):
    headers = {"Docker_Distribution_Api_Version": "registry/2.0", "WWW_Authenticate": 'Bearer realm="r"'}
    with serve(answer(401, **headers), answer(200, b"<html>", Content_Type="text/html")) as server:
        registry = distribution.ping(client, server.url)
        other = distribution.ping(client, server.url + "/", TOKEN)
    assert (registry.is_registry, registry.challenge) == (True, Challenge("bearer", "r"))
    assert (other.is_registry, other.challenge, other.exchange.status) == (False, None, 200)
    assert lines(server) == [("GET /v2/", False), ("GET /v2/", True)]


def test_grant_is_an_access_entry():
    assert distribution.grant("a/b", "pull", "push") == {
        "type": "repository",
        "name": "a/b",
        "actions": ["pull", "push"],
    }


@pytest.mark.parametrize("absolute", [True, False])
def test_push_takes_locations_absolute_or_relative(client, serve, absolute):
    with serve() as server:
        root = server.url if absolute else ""
        server.answers = [
            answer(202, Location=f"{root}/v2/a/b/blobs/uploads/1?_state=x"),
            answer(202, Location=f"{root}/v2/a/b/blobs/uploads/2"),
            answer(201),
        ]
        push = distribution.push_blob(client, server.url, "a/b", CONTENT, TOKEN)
    assert push.done
    assert push.digest == distribution.digest_of(CONTENT)
    assert [exchange.step for exchange in push.exchanges] == ["start upload", "send blob", "finish upload"]
    assert lines(server) == [
        ("POST /v2/a/b/blobs/uploads/", True),
        ("PATCH /v2/a/b/blobs/uploads/1?_state=x", True),
        (f"PUT /v2/a/b/blobs/uploads/2?digest={push.digest.replace(':', '%3A')}", True),
    ]
    assert server.requests[1].endswith(b"\r\n\r\n" + CONTENT)
    assert "_state=x" not in repr(push)


def test_push_keeps_the_query_of_a_location(client, serve):
    with serve(
        answer(202, Location="/u?_state=1"), answer(202, Location="/u?_state=2"), answer(201)
    ) as server:
        push = distribution.push_blob(client, server.url, "a", CONTENT)
    assert push.done
    assert lines(server)[2][0].startswith("PUT /u?_state=2&digest=sha256%3A")


@pytest.mark.parametrize(
    ("answers", "because", "steps"),
    [
        ([answer(503)], "start upload: 503", ["start upload"]),
        (
            [answer(200, b"<p>", Content_Type="text/html; charset=utf-8")],
            "start upload: 200 text/html",
            ["start upload"],
        ),
        ([answer(202)], "no Location", ["start upload"]),
        (
            [answer(202, Location="/u"), answer(413), answer(204)],
            "send blob: 413",
            ["start upload", "send blob", "cancel upload"],
        ),
        (
            [answer(202, Location="/u"), answer(202, Location="/u"), answer(500), answer(204)],
            "finish upload: 500",
            ["start upload", "send blob", "finish upload", "cancel upload"],
        ),
        (
            [answer(202, Location="/u"), answer(202, Location="http://other.example/u"), answer(204)],
            "leads away",
            ["start upload", "send blob", "cancel upload"],
        ),
    ],
    ids=["refused", "html", "no location", "too large", "not finished", "astray later"],
)
def test_push_that_fails_says_where_and_leaves_nothing(client, serve, answers, because, steps):
    with serve(*answers) as server:
        push = distribution.push_blob(client, server.url, "a/b", CONTENT, TOKEN)
    assert not push.done
    assert because in push.because
    assert [exchange.step for exchange in push.exchanges] == steps
    if "cancel upload" in steps:
        assert lines(server)[-1] == ("DELETE /u", True)


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1:{port}/u",
        "http://127.0.0.1/u",
        "http://localhost:{port}/u",
        "http://[",
        "ftp://127.0.0.1:{port}/u",
    ],
)
def test_a_token_never_follows_a_location_to_another_origin(client, serve, location):
    with serve() as server:
        place = location.format(port=server.port)
        server.answers = [answer(202, Location=f"{place}?_state=x")]
        push = distribution.push_blob(client, server.url, "a/b", CONTENT, TOKEN)
    assert push.because.startswith(f"the answer's Location leads away from {server.url}")
    assert "_state=x" not in push.because
    assert push.upload.location == f"{place}?_state=x"  # which scheme and host it names is a finding
    begun, *cancelled = lines(server)
    assert begun == ("POST /v2/a/b/blobs/uploads/", True)
    assert cancelled == ([] if place == "http://[" else [("DELETE /u?_state=x", True)])


@pytest.mark.parametrize(
    ("step", "method"), [(distribution.check_blob, "HEAD"), (distribution.read_blob, "GET")]
)
def test_blobs_are_followed_to_their_storage_without_the_token(client, serve, step, method):
    digest = distribution.digest_of(CONTENT)
    # A HEAD has a Content-Length and no body.
    content = answer(200, CONTENT) if method == "GET" else answer(200)
    with serve(content) as storage, serve() as server:
        server.answers = [
            answer(307, Location="/moved"),
            answer(307, Location=f"{storage.url}/data?X-Amz-Signature=x"),
        ]
        blob = step(client, server.url, "a/b", digest, TOKEN)
    assert lines(server) == [(f"{method} /v2/a/b/blobs/{digest}", True), (f"{method} /moved", True)]
    assert lines(storage) == [(f"{method} /data?X-Amz-Signature=x", False)]
    assert blob.exists is True
    assert blob.intact is (method == "GET")
    assert [exchange.status for exchange in blob.exchanges] == [307, 307, 200]
    assert blob.exchanges[2].url == f"{storage.url}/data?X-Amz-Signature=[MASKED]"


@pytest.mark.parametrize("method", ["HEAD", "GET"])
def test_a_blob_is_asked_for_without_following(client, serve, method):
    with serve(answer(307, Location="/moved?X-Amz-Signature=x"), answer(200)) as server:
        moved = distribution.ask_blob(client, method, server.url, "a/b", "sha256:1", TOKEN)
        here = distribution.ask_blob(client, method, server.url, "a/b", "sha256:1", TOKEN)
    assert lines(server) == [(f"{method} /v2/a/b/blobs/sha256:1", True)] * 2
    assert moved[1] == f"{server.url}/moved?X-Amz-Signature=x"
    assert (here[0].status, here[1]) == (200, "")


@pytest.mark.parametrize(("status", "exists"), [(404, False), (401, None), (403, None), (500, None)])
def test_only_some_answers_tell_whether_a_blob_exists(client, serve, status, exists):
    with serve(answer(status)) as server:
        blob = distribution.check_blob(client, server.url, "a", DIGEST)
    assert (blob.exists, blob.intact) == (exists, False)


def test_a_blob_with_other_content_is_not_intact(client, serve):
    with serve(answer(200, b"something else")) as server:
        blob = distribution.read_blob(client, server.url, "a", distribution.digest_of(CONTENT))
    assert (blob.exists, blob.intact) == (True, False)


def test_redirects_in_a_circle_end(client, serve):
    with serve(*[answer(307, Location="/again")] * 20) as server:
        blob = distribution.check_blob(client, server.url, "a", DIGEST)
    assert len(blob.exchanges) == 1 + distribution.MAX_REDIRECTS
    assert blob.exists is None


def test_delete_and_cancel(client, serve):
    with serve(answer(202), answer(204)) as server:
        assert distribution.delete_blob(client, server.url, "a/b", DIGEST, TOKEN).status == 202
        assert distribution.cancel_upload(client, server.url, "http://other.example/u", TOKEN).status == 204
    assert lines(server) == [(f"DELETE /v2/a/b/blobs/{DIGEST}", True), ("DELETE /u", True)]


@pytest.mark.parametrize(
    ("status", "body", "failing"),
    [
        (200, b"{}", {}),
        (503, b'{"storagedriver_filesystem": "no"}', {"storagedriver_filesystem": "no"}),
        (404, b"{}", None),
        (200, b"<html>", None),
        (200, b"[]", None),
        (200, b"[" * 100_000, None),
    ],
    ids=["healthy", "failing", "not found", "html", "list", "deep"],
)
def test_health(client, serve, status, body, failing):
    with serve(answer(status, body)) as server:
        health = distribution.debug_health(client, server.url)
    assert health.failing == failing
    assert lines(server) == [("GET /debug/health", False)]


@pytest.mark.parametrize(
    ("status", "body", "values"),
    [(200, b'{"registry": {"cache": 1}}', {"registry": {"cache": 1}}), (200, b"x", None), (404, b"{}", None)],
)
def test_vars(client, serve, status, body, values):
    with serve(answer(status, body)) as server:
        assert distribution.debug_vars(client, server.url).values == values
    assert lines(server) == [("GET /debug/vars", False)]


def errors(**first):
    return json.dumps({"errors": [first]}).encode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"failure": Failure("refused", "nothing listens at h:1 (TCP)")},
            "ping: nothing listens at h:1 (TCP)",
        ),
        ({"status": 204}, "ping: 204"),
        ({"status": 502, "headers": {"content-type": "text/html; charset=x"}}, "ping: 502 text/html"),
        (
            {"status": 503, "body": errors(code="UNAVAILABLE", message="down", detail="s3cret")},
            "ping: 503 UNAVAILABLE: down",
        ),
        ({"status": 401, "body": errors(code="UNAUTHORIZED")}, "ping: 401 UNAUTHORIZED"),
        ({"status": 400, "body": b'{"errors": ["x"]}'}, "ping: 400"),
        ({"status": 400, "body": b'{"errors": []}'}, "ping: 400"),
        ({"status": 400, "body": errors(message="m" * 1000)}, "ping: 400 " + "m" * 200),
    ],
)
def test_an_exchange_in_words(fields, words):
    assert distribution.in_words(Exchange("GET", "http://h/", "ping", **fields)) == words
