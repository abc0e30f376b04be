"""For clients behind ``glctl trace``: a registry with a token service, and nginx before it.

The token service is a fake of GitLab's (``fake_gitlab``), all else is real. Names below .localhost are this
machine's for glctl's proxy, so that Go's programs, which use none for 127.0.0.1, can be sent through it.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tarfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from certificates import Authority
from fake_gitlab import PASSWORD, USER, fake_gitlab
from servers import docker_registry, free_ports, nginx, program

from glctl import cli

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pytest
    from fake_gitlab import FakeGitLab

HOST = "registry.localhost"
_VHOST = """
listen 127.0.0.1:{port}{tls};
client_max_body_size 0;
location / {{
  proxy_pass http://127.0.0.1:{registry};
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-Proto {scheme};
  proxy_http_version 1.1;
  proxy_request_buffering off;
}}
"""
_TLS = "ssl_certificate {folder}/tls.crt; ssl_certificate_key {folder}/tls.key;"


@dataclass
class Stack:
    """The registry, seen through nginx in http and https, and GitLab."""

    folder: Path
    registry: int  # its port
    fake: FakeGitLab
    http: int
    https: int
    authority: Authority = field(default_factory=lambda: Authority("Example authority"))

    @contextlib.contextmanager
    def behind(self, *changes: tuple[str, str], more: str = "", tls: bool = False) -> Iterator[int]:
        """Another nginx before the registry, with these replacements in its server; yields its port."""
        (port,) = free_ports(1)
        scheme, ssl = ("https", " ssl") if tls else ("http", "")
        server = _VHOST.format(port=port, registry=self.registry, scheme=scheme, tls=ssl) + more
        for before, after in changes:
            assert before in server
            server = server.replace(before, after)
        if tls:
            server += _TLS.format(folder=self.folder / "https")
        folder = self.folder / f"nginx-{port}"
        folder.mkdir()
        with nginx(folder, server, port):
            yield port


@contextlib.contextmanager
def stack(folder: Path, driver: Mapping[str, object] | None = None) -> Iterator[Stack]:
    """A healthy one; the images lie where *driver* says, else in *folder*."""
    for name in ("docker-registry", "nginx", "skopeo"):
        program(name)
    http, https = free_ports(2)
    places = {name: folder / name for name in ("registry", "http", "https")}
    for place in places.values():
        place.mkdir()
    with contextlib.ExitStack() as opened:
        fake = opened.enter_context(fake_gitlab())
        fake.url = fake.url.replace("127.0.0.1", "gitlab.localhost")
        realm = f"{fake.url}/jwt/auth"
        registry = opened.enter_context(docker_registry(places["registry"], realm=realm, driver=driver))
        fake.key = registry.key
        port = int(registry.url.rpartition(":")[2])
        made = Stack(folder, port, fake, http, https)
        pair = made.authority.issue(HOST)
        (places["https"] / "tls.crt").write_text(pair.chain)
        (places["https"] / "tls.key").write_text(pair.key)
        (folder / "authority.pem").write_text(made.authority.certificate)
        plain = _VHOST.format(port=http, registry=port, scheme="http", tls="")
        secured = _VHOST.format(port=https, registry=port, scheme="https", tls=" ssl")
        opened.enter_context(nginx(places["http"], plain, http))
        tls = _TLS.format(folder=places["https"])
        opened.enter_context(nginx(places["https"], secured + tls, https))
        yield made


def s3_driver(server: Any, endpoint: str) -> dict[str, object]:
    """The registry's settings for images in that store's bucket, which it reaches at *endpoint*."""
    return {
        "s3": {
            "accesskey": server.access_key,
            "secretkey": server.secret_key,
            "region": server.region,
            "regionendpoint": endpoint,
            "bucket": server.bucket,
            "rootdirectory": "/reg",
            "secure": False,
        }
    }


def image(folder: Path, layers: int = 2, size: int = 50_000, planted: str = "") -> Path:
    """An image that is no other's, as an OCI layout; its configuration and a layer hold *planted*."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def put(data: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"digest": f"sha256:{digest}", "size": len(data)}

    descriptors = [put(_layer(size, planted)) for _ in range(layers)]
    config = {
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": [f"TOKEN={planted}"]},
        "rootfs": {"type": "layers", "diff_ids": [each["digest"] for each in descriptors]},
    }
    kind = "application/vnd.oci.image"
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{kind}.manifest.v1+json",
        "config": {"mediaType": f"{kind}.config.v1+json", **put(json.dumps(config).encode())},
        "layers": [{"mediaType": f"{kind}.layer.v1.tar", **each} for each in descriptors],
        "annotations": {"planted": planted},
    }
    named = {"org.opencontainers.image.ref.name": "latest"}
    index = {"mediaType": manifest["mediaType"], **put(json.dumps(manifest).encode()), "annotations": named}
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [index]}))
    return folder


def _layer(size: int, planted: str) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        content = planted.encode() + os.urandom(size)
        entry = tarfile.TarInfo("file")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return written.getvalue()


def push(
    source: Path, port: int, name: str = "group/app", *, tls: bool = False, login: bool = True
) -> list[str]:
    """The command that pushes *source*."""
    creds = [f"--dest-creds={USER}:{PASSWORD}"] if login else ["--dest-no-creds"]
    plain = [] if tls else ["--dest-tls-verify=false"]
    return [
        "skopeo",
        "copy",
        "-q",
        *creds,
        *plain,
        f"oci:{source}:latest",
        f"docker://{HOST}:{port}/{name}:1",
    ]


def pull(target: Path, port: int, name: str = "group/app") -> list[str]:
    """The command that pulls it again."""
    login = [f"--src-creds={USER}:{PASSWORD}", "--src-tls-verify=false"]
    return ["skopeo", "copy", "-q", *login, f"docker://{HOST}:{port}/{name}:1", f"oci:{target}:latest"]


def traced(
    capfd: pytest.CaptureFixture[str], command: list[str], *options: str
) -> tuple[int, dict[str, Any]]:
    """Exit code and report of one run."""
    capfd.readouterr()
    code = cli.run(["trace", "registry", "--format", "json", *options, "--", *command])
    out, err = capfd.readouterr()
    assert out, err
    return code, {**json.loads(out), "said": err}


def codes(report: dict[str, Any]) -> list[str]:
    """The root causes."""
    found: list[str] = report["root_causes"]
    return found
