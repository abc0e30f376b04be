from __future__ import annotations

import pytest
from recorded import CHALLENGE, DIGEST, REALM, exchange, talk

from glctl.trace.steps import is_digest, keeps_body, name_of, steps


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/v2/", "ping"),
        ("GET", "/v2", "ping"),
        ("GET", "/v2/_catalog?n=10", "list repositories"),
        ("HEAD", f"/v2/a/b/blobs/{DIGEST}", "check blob"),
        ("GET", f"/v2/a/b/blobs/{DIGEST}", "get blob"),
        ("POST", "/v2/a/b/blobs/uploads/", "start upload"),
        ("POST", f"/v2/a/b/blobs/uploads/?mount={DIGEST}&from=c/d", "mount blob"),
        ("POST", f"/v2/a/b/blobs/uploads/?digest={DIGEST}", "upload blob"),
        ("PATCH", "/v2/a/b/blobs/uploads/uuid?_state=x", "send chunk"),
        ("PUT", f"/v2/a/b/blobs/uploads/uuid?digest={DIGEST}", "finish upload"),
        ("GET", "/v2/a/b/blobs/uploads/uuid", "ask for offset"),
        ("DELETE", "/v2/a/b/blobs/uploads/uuid", "cancel upload"),
        ("HEAD", "/v2/a/b/manifests/latest", "check manifest"),
        ("PUT", "/v2/a/b/manifests/latest", "put manifest"),
        ("GET", "/v2/a/b/tags/list", "list tags"),
        ("GET", f"/v2/a/b/referrers/{DIGEST}", "list referrers"),
        ("GET", "https://gitlab.example.com/jwt/auth?service=x", "get token"),
        ("POST", "https://auth.example.com/oauth2/token", "get token"),
        ("GET", "/users/sign_in", ""),
    ],
)
def test_a_request_is_named_by_its_method_and_address(method: str, path: str, name: str) -> None:
    assert name_of(method, path) == name


@pytest.mark.parametrize("name", ["a/b", "a/blobs/b", "a/manifests/c", "a.b-c/d__e/f/g/h"])
def test_a_repository_may_have_any_number_of_parts(name: str) -> None:
    (step,) = steps(talk(exchange("HEAD", f"/v2/{name}/blobs/{DIGEST}")))
    assert (step.repository, step.reference) == (name, DIGEST)


def test_a_realm_with_another_path_is_known_by_the_challenge() -> None:
    challenge = ("Www-Authenticate", 'Bearer realm="https://auth.example.com/x",service="s"')
    asked = exchange("GET", "https://auth.example.com/x?service=s")
    ping = exchange("GET", "/v2/", 401, answered=(challenge,))
    assert [step.name for step in steps(talk(ping, asked))] == ["ping", "get token"]


def test_what_a_redirect_leads_to_is_named_by_what_led_there() -> None:
    there = "https://s3.example.com/bucket/data?X-Amz-Signature=0"
    led = exchange("HEAD", f"/v2/a/b/blobs/{DIGEST}", 307, answered=(("Location", there),))
    first, second = steps(talk(led, exchange("HEAD", there, 403)))
    assert (second.name, second.repository, second.in_storage) == ("check blob, in storage", "a/b", True)
    assert second.redirect is led
    assert not first.in_storage


def test_redirects_without_end_do_not_lengthen_the_name() -> None:
    there = ["https://s3.example.com/1", "https://s3.example.com/2"]
    chain = [exchange("GET", f"/v2/a/b/blobs/{DIGEST}", 307, answered=(("Location", there[0]),))]
    for number in range(20):
        location = ("Location", there[(number + 1) % 2])
        chain.append(exchange("GET", there[number % 2], 307, answered=(location,)))
    assert {step.name for step in steps(talk(*chain))} == {"get blob", "get blob, in storage"}


def test_a_realm_that_sends_on_is_followed() -> None:
    led = exchange("GET", REALM, 301, answered=(("Location", "https://other.example.com/x"),))
    after = exchange("GET", "https://other.example.com/x", 403)
    ping = exchange("GET", "/v2/", 401, answered=(CHALLENGE,))
    assert [step.name for step in steps(talk(ping, led, after))][2] == "get token, redirected"


@pytest.mark.parametrize(
    ("method", "url", "status", "kept"),
    [
        ("GET", f"/v2/a/b/blobs/{DIGEST}", 200, False),
        ("GET", "/v2/a/b/manifests/1", 200, False),
        ("GET", "https://s3.example.com/bucket/data", 200, False),
        ("GET", "https://s3.example.com/bucket/data", 403, True),
        ("GET", REALM, 200, True),
    ],
)
def test_content_is_never_kept(method: str, url: str, status: int, kept: bool) -> None:
    assert keeps_body(method, url, status) == kept


@pytest.mark.parametrize(("reference", "so"), [(DIGEST, True), ("latest", False), ("1.0:2", False)])
def test_digests_are_told_from_tags(reference: str, so: bool) -> None:
    assert is_digest(reference) == so


@pytest.mark.parametrize("url", ["http://[", "", "::", "/v2/%zz"])
def test_broken_addresses_are_no_steps(url: str) -> None:
    (step,) = steps(talk(exchange("GET", url or "x", 200, answered=(("Location", "http://["),))))
    assert step.name == "get"
