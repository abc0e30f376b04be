"""The classic case to the letter: a bucket whose policy refuses clients what the registry sends them for.

docker or skopeo → glctl trace → nginx with TLS → docker-registry with redirect → SeaweedFS, all of them real.
"""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fake_gitlab import PASSWORD, USER
from servers import program, wait_until
from servers_s3 import weed
from traced import HOST, codes, image, push, s3_driver, stack, traced

from glctl.errors import GlctlError
from glctl.services.private_docker import require_possible

pytest.importorskip("mitmproxy")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # mitmproxy's own, of OpenSSL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servers_s3 import Weed
    from traced import Stack

BLOBS = "reg/docker/registry/v2/blobs"


@pytest.fixture(scope="module")
def on_weed() -> Iterator[tuple[Stack, Weed]]:
    """A stack with its images in SeaweedFS."""
    with tempfile.TemporaryDirectory(prefix="glctl-traced-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        with weed(place) as store, stack(place, s3_driver(store, store.endpoint)) as made:
            store.client().put_object(Bucket=store.bucket, Key=f"{BLOBS}/seen")
            yield made, store


@pytest.fixture
def port(on_weed: tuple[Stack, Weed], monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Where nginx serves the registry with TLS, by an authority that clients trust.

    The store has another name for clients, and loses it again: Go uses no proxy for 127.0.0.1.
    """
    well, store = on_weed
    inner = store.endpoint.removeprefix("http://")
    monkeypatch.setenv("SSL_CERT_FILE", str(well.folder / "authority.pem"))
    with well.behind((f"127.0.0.1:{well.registry}", inner), ("$http_host", inner)) as front:
        sent_to = f"proxy_redirect http://{inner}/ http://s3.localhost:{front}/; proxy_pass"
        with well.behind(("proxy_pass", sent_to), tls=True) as made:
            yield made


@contextlib.contextmanager
def layers_denied(store: Weed) -> Iterator[None]:
    """The bucket with a policy that lets nobody read layers; afterwards it is repaired."""
    everything = f"arn:aws:s3:::{store.bucket}/{BLOBS}/*"
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": everything}
    with store.policy(denial):
        wait_until(lambda: presigned(store) == 403, "the policy holds")
        yield
    wait_until(lambda: presigned(store) == 200, "the policy is gone")


def presigned(store: Weed) -> int:
    """The status of a HEAD of a layer, at an address signed with the registry's key."""
    client = store.client(store.access_key, store.secret_key)
    which = {"Bucket": store.bucket, "Key": f"{BLOBS}/seen"}
    address = client.generate_presigned_url("head_object", Params=which)
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def assert_named(code: int, report: dict[str, Any]) -> None:
    """The cause, with permission, bucket and key; the client has only seen a 403."""
    assert (code, codes(report)) == (1, ["s3-redirect-denied"]), report["said"]
    (finding,) = report["findings"]
    assert "The permission is s3:GetObject." in finding["summary"]
    assert finding["subject"] == "images"
    assert f"key {BLOBS}/sha256/" in str(finding["evidence"])
    assert "arn:aws:s3:::images/reg/docker/*" in finding["remedy"]
    last = report["exchanges"][-1]
    assert (last["step"], last["method"], last["status"]) == ("check blob, in storage", "HEAD", 403)


def test_skopeo(
    on_weed: tuple[Stack, Weed], port: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = push(image(tmp_path / "image"), port, tls=True)
    code, report = traced(capfd, command)  # the layers are new: skopeo does not look at them again
    assert (code, report["findings"]) == (0, []), report["said"]
    with layers_denied(on_weed[1]):
        code, report = traced(capfd, command)
    assert "403 (Forbidden)" in report["said"]
    assert_named(code, report)
    code, report = traced(capfd, command)
    assert (code, report["findings"]) == (0, []), report["said"]


def test_docker(
    on_weed: tuple[Stack, Weed],
    port: int,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program("docker")
    try:
        require_possible()
    except GlctlError as error:
        pytest.skip(error.message)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    name = f"{HOST}:{port}/group/docker:1"
    archive = tmp_path / "image.tar"
    source = ["skopeo", "copy", "-q", f"oci:{image(tmp_path / 'image')}:latest"]
    subprocess.run([*source, f"docker-archive:{archive}:{name}"], check=True)
    script = (
        f"docker load -qi {shlex.quote(str(archive))}"
        f" && echo {PASSWORD} | docker login -u {USER} --password-stdin {HOST}:{port}"
        f" && docker push -q {name}"
    )
    command = ["sh", "-c", script]
    with layers_denied(on_weed[1]):
        code, report = traced(capfd, command, "--docker")
    assert "Login Succeeded" in report["said"]
    message = 'error parsing HTTP 403 response body: unexpected end of JSON input: ""'
    assert message in report["said"]
    assert_named(code, report)
    code, report = traced(capfd, command, "--docker")
    assert (code, report["findings"]) == (0, []), report["said"]
