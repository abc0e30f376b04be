"""A registry behind a real nginx with TLS, asked by its external name on this machine."""

from __future__ import annotations

import contextlib
import subprocess
import time

import pytest
import servers

from glctl.clients import distribution, keys
from glctl.clients.http import Client

NAME = "registry.example.com"
REPOSITORY = "glctl/probe"


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    with servers.docker_registry(tmp_path_factory.mktemp("registry")) as registry:
        yield registry


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 1 -keyout key -out crt -subj /CN={NAME}"
    names = ["-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run([*command.split(), *names], cwd=folder, check=True, capture_output=True)
    return folder


@contextlib.contextmanager
def nginx(folder, registry, certificate, **headers):
    """An nginx before the registry that sets these headers; yields where to connect for NAME."""
    port = servers.free_port()
    directives = [
        f"listen 127.0.0.1:{port} ssl;",
        f"server_name {NAME};",
        f"ssl_certificate {certificate}/crt; ssl_certificate_key {certificate}/key;",
        f"location / {{ proxy_pass {registry.url};",
        *(f"proxy_set_header {name.replace('_', '-')} {value};" for name, value in headers.items()),
        "}",
    ]
    with servers.nginx(folder, "\n".join(directives), port):
        yield {(NAME, 443): ("127.0.0.1", port)}


def push(client, registry):
    access = [distribution.grant(REPOSITORY, "pull", "push", "delete")]
    key = keys.read_private_key(registry.key, "test")
    token = keys.sign_token(
        key, issuer=servers.ISSUER, audience=servers.SERVICE, access=access, now=time.time()
    )
    return distribution.push_blob(client, f"https://{NAME}", REPOSITORY, b"through nginx", token)


def test_a_push_through_nginx_by_the_external_name(tmp_path, registry, certificate):
    with (
        nginx(tmp_path, registry, certificate, Host="$http_host", X_Forwarded_Proto="https") as here,
        Client(connect_to=here, ca_file=certificate / "crt") as client,
    ):
        pushed = push(client, registry)
    assert pushed.done, pushed.because
    assert pushed.upload.location.startswith(f"https://{NAME}/v2/")


@pytest.mark.parametrize(
    ("headers", "location"),
    [
        ({"Host": "$http_host"}, f"http://{NAME}/v2/"),
        ({"X_Forwarded_Proto": "https"}, "https://127.0.0.1:"),
    ],
    ids=["no X-Forwarded-Proto", "no Host"],
)
def test_what_nginx_does_not_forward_shows_in_locations(tmp_path, registry, certificate, headers, location):
    with (
        nginx(tmp_path, registry, certificate, **headers) as here,
        Client(connect_to=here, ca_file=certificate / "crt") as client,
    ):
        pushed = push(client, registry)
    assert "leads away" in pushed.because
    assert pushed.upload.location.startswith(location)
    assert (pushed.exchanges[-1].step, pushed.exchanges[-1].status) == ("cancel upload", 204)


def test_the_systems_trusted_certificates_do_not_cover_a_self_signed_one(tmp_path, registry, certificate):
    with nginx(tmp_path, registry, certificate) as here, Client(connect_to=here) as client:
        refused = distribution.ping(client, f"https://{NAME}")
    assert refused.exchange.failure.kind == "tls"
    assert "self-signed certificate" in refused.exchange.failure.message
