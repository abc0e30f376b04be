"""The distribution protocol, tokens and failures against a real registry."""

from __future__ import annotations

import socket
import time

import pytest
import servers

from glctl.clients import distribution, keys
from glctl.clients.http import Client

REPOSITORY = "glctl/probe"


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    with servers.docker_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture
def client():
    with Client(connect_timeout=5, read_timeout=5) as client:
        yield client


def token(registry, *actions, repository=REPOSITORY, **changes):
    """A token as GitLab would sign it for these actions, but for what the test changes."""
    fields = {"issuer": servers.ISSUER, "audience": servers.SERVICE, "subject": "glctl", "now": time.time()}
    access = [distribution.grant(repository, *actions)] if actions else []
    key = keys.read_private_key(changes.pop("key", registry.key), "test")
    return keys.sign_token(key, **{**fields, "access": access, **changes})


def left_over(registry, repository):
    """Names of the files of unfinished uploads."""
    uploads = registry.storage / "docker/registry/v2/repositories" / repository / "_uploads"
    return {path.name for path in uploads.rglob("*") if path.is_file()}


def test_without_a_token_the_registry_says_what_it_wants(registry, client):
    got = distribution.ping(client, registry.url)
    assert got.exchange.status == 401
    assert got.is_registry
    assert got.challenge == distribution.Challenge(
        "bearer", "https://gitlab.example.com/jwt/auth", servers.SERVICE
    )


def test_a_token_signed_with_the_registrys_key_is_accepted(registry, client):
    got = distribution.ping(client, registry.url, token(registry))
    assert (got.exchange.status, got.is_registry, got.challenge) == (200, True, None)


@pytest.mark.parametrize(
    ("changes", "log"),
    [
        (lambda: {"issuer": "another"}, "token from untrusted issuer"),
        (lambda: {"audience": "docker"}, "token intended for another audience"),
        (lambda: {"now": time.time() - 3600}, "token not to be used after"),
        (lambda: {"now": time.time() + 3600}, "token not to be used before"),
        (lambda: {"key": keys.generate_key(bits=2048)}, "token signed by untrusted key"),
    ],
    ids=["issuer", "audience", "expired", "early", "key"],
)
def test_tokens_that_are_refused(registry, client, changes, log):
    got = distribution.ping(client, registry.url, token(registry, **changes()))
    assert got.exchange.status == 401
    assert got.challenge.error == "invalid_token"
    servers.wait_until(lambda: log in registry.log.read_text(), f"{log!r} in the registry's log")


def test_a_token_within_the_leeway_is_accepted(registry, client):
    """The registry allows 60 s, and tokens are dated back by 5: clocks may differ by a minute."""
    assert (
        distribution.ping(client, registry.url, token(registry, now=time.time() + 55)).exchange.status == 200
    )


def test_a_token_that_grants_too_little(registry, client):
    push = distribution.push_blob(client, registry.url, REPOSITORY, b"x", token(registry, "pull"))
    challenge = distribution.parse_challenge(push.exchanges[0].header("www-authenticate"))
    assert push.because == "start upload: 401 UNAUTHORIZED: authentication required"
    assert challenge.error == "insufficient_scope"
    assert challenge.scope.startswith(f"repository:{REPOSITORY}:")


def test_a_blob_is_pushed_read_back_and_deleted(registry, client):
    content = b"glctl's probe"
    access = token(registry, "pull", "push", "delete")
    digest = distribution.digest_of(content)
    assert distribution.check_blob(client, registry.url, REPOSITORY, digest, access).exists is False

    push = distribution.push_blob(client, registry.url, REPOSITORY, content, access)
    assert push.done, push.because
    assert push.digest == digest
    assert [exchange.status for exchange in push.exchanges] == [202, 202, 201]
    assert push.upload.location.startswith(f"{registry.url}/v2/{REPOSITORY}/blobs/uploads/")

    assert distribution.check_blob(client, registry.url, REPOSITORY, digest, access).exists is True
    read = distribution.read_blob(client, registry.url, REPOSITORY, digest, access)
    assert (read.intact, read.exchanges[-1].body) == (True, content)

    assert distribution.delete_blob(client, registry.url, REPOSITORY, digest, access).status == 202
    assert distribution.check_blob(client, registry.url, REPOSITORY, digest, access).exists is False


# A cancelled upload leaves one hash state of some bytes, named for its offset: this registry saves it after
# all the rest is deleted, and has no request that removes it.
HASH_STATE = {"0"}


def test_an_upload_that_is_cancelled_leaves_no_data(registry, client):
    repository = "glctl/cancelled"
    access = token(registry, "pull", "push", "delete", repository=repository)
    upload = distribution.start_upload(client, registry.url, repository, access)
    assert not upload.because
    assert left_over(registry, repository) == {"data", "startedat", "0"}
    assert distribution.cancel_upload(client, registry.url, upload.location, access).status == 204
    assert left_over(registry, repository) <= HASH_STATE


def test_cancelling_needs_the_right_to_delete(registry, client):
    access = token(registry, "pull", "push")
    upload = distribution.start_upload(client, registry.url, REPOSITORY, access)
    assert distribution.cancel_upload(client, registry.url, upload.location, access).status == 401


def test_a_push_that_fails_half_way_leaves_no_data(registry, client, monkeypatch):
    monkeypatch.setattr(distribution, "digest_of", lambda content: "sha256:" + "0" * 64)
    repository = "glctl/half-way"
    access = token(registry, "pull", "push", "delete", repository=repository)
    push = distribution.push_blob(client, registry.url, repository, b"x", access)
    assert push.because.startswith("finish upload: 400 DIGEST_INVALID")
    assert (push.exchanges[-1].step, push.exchanges[-1].status) == ("cancel upload", 204)
    assert left_over(registry, repository) <= HASH_STATE


def test_a_name_for_the_registry_leads_back_to_it(registry):
    """What nginx's Host header does for the registry: its Locations carry the name that it was asked by."""
    here = ("127.0.0.1", int(registry.url.rpartition(":")[2]))
    with Client(connect_to={("registry.example.com", 80): here}) as client:
        url = "http://registry.example.com"
        push = distribution.push_blob(client, url, REPOSITORY, b"named", token(registry, "pull", "push"))
    assert push.done, push.because
    assert push.upload.location.startswith("http://registry.example.com/v2/")


def test_debug_server(registry, client):
    assert distribution.debug_health(client, registry.debug_url).failing == {}
    assert "registry" in distribution.debug_vars(client, registry.debug_url).values
    assert distribution.debug_health(client, registry.url).failing is None  # not the debug server


@pytest.mark.parametrize(("scheme", "kind"), [("http", None), ("https", "tls")])
def test_tls_spoken_to_a_plain_registry(registry, client, scheme, kind):
    got = distribution.ping(client, registry.url.replace("http", scheme))
    assert (got.exchange.failure and got.exchange.failure.kind) == kind


def test_a_registry_that_is_gone(client):
    got = distribution.ping(client, f"http://127.0.0.1:{servers.free_port()}")
    assert got.exchange.failure.kind == "refused"
    assert (got.is_registry, got.challenge) == (False, None)


def test_a_port_where_nobody_answers():
    with socket.create_server(("127.0.0.1", 0)) as listener, Client(read_timeout=0.2) as client:
        got = distribution.ping(client, f"http://127.0.0.1:{listener.getsockname()[1]}")
    assert got.exchange.failure.kind == "timeout"
