"""A push of a large image goes on while reconfigure runs, with skopeo, a real client.

Until all runs are over, the image trickles through a relay of the test's own, so that the push lasts for as
long as they take; then it gets all the speed that there is.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import socket
import subprocess
import tarfile
import threading
import time
from typing import TYPE_CHECKING

from roots import IMAGES, PATIENT, Installation, installation
from servers import CLEAN_ENVIRONMENT, ISSUER, SERVICE, program, wait_until

from glctl.clients import keys
from glctl.clients.distribution import grant
from glctl.paths import SECRETS_FILE
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAYERS, LAYER_BYTES = 24, 3 << 20  # skopeo pushes one after another
TRICKLE = 1 << 20  # bytes a second: all layers would take 72 s
RUNS, RELOADS = 20, 4


def test_a_push_goes_on_while_reconfigure_runs(tmp_path: Path) -> None:
    skopeo = program("skopeo")
    blobs = image(tmp_path / "image")
    with installation() as host, relay(host.nginx) as (port, hurry):
        host.reconfigure()
        registry = host.pid("registry")
        target = f"docker://127.0.0.1:{port}/a/b:1"
        token = ["--dest-tls-verify=false", "--dest-registry-token", token_of(host)]
        command = [skopeo, "--insecure-policy", "copy", *token, f"oci:{tmp_path / 'image'}:1", target]
        push = subprocess.Popen(
            command, env={**CLEAN_ENVIRONMENT, "HOME": str(tmp_path)}, stderr=subprocess.PIPE, text=True
        )
        try:
            wait_until(lambda: uploads(host), "a layer is on its way", PATIENT)
            for _ in range(RUNS):
                assert "Nothing to do" in host.glctl("reconfigure").stdout
            for number in range(RELOADS):
                told = host.reconfigure(f"registry['nginx']['proxy_set_headers'] = {{ 'X-A' => '{number}' }}")
                assert "nginx reloaded" in told
            assert push.poll() is None, "the push was over before the runs were"
            hurry.set()
            said = push.communicate(timeout=PATIENT)[1]
        finally:
            push.kill()
            push.communicate()
        assert push.returncode == 0, said
        assert host.pid("registry") == registry
        for digest in blobs:
            stored = host.at(f"{IMAGES}/docker/registry/v2/blobs/sha256/{digest[:2]}/{digest}/data")
            assert hashlib.sha256(stored.read_bytes()).hexdigest() == digest


def image(folder: Path) -> list[str]:
    """An OCI image of fresh random layers in *folder*; returns the digests of its blobs."""
    store = folder / "blobs" / "sha256"
    store.mkdir(parents=True)

    def blob(content: bytes, kind: str) -> dict[str, object]:
        digest = hashlib.sha256(content).hexdigest()
        (store / digest).write_bytes(content)
        media_type = f"application/vnd.oci.image.{kind}"
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    tars = [_tar(os.urandom(LAYER_BYTES)) for _ in range(LAYERS)]
    layers = [blob(gzip.compress(tar, 0), "layer.v1.tar+gzip") for tar in tars]
    diff_ids = [f"sha256:{hashlib.sha256(tar).hexdigest()}" for tar in tars]
    rootfs = {"type": "layers", "diff_ids": diff_ids}
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": rootfs})
    manifest = {"schemaVersion": 2, "config": blob(config.encode(), "config.v1+json"), "layers": layers}
    named = {"annotations": {"org.opencontainers.image.ref.name": "1"}}
    index = {
        "schemaVersion": 2,
        "manifests": [{**blob(json.dumps(manifest).encode(), "manifest.v1+json"), **named}],
    }
    (folder / "index.json").write_text(json.dumps(index))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return [path.name for path in store.iterdir()]


def _tar(content: bytes) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        member = tarfile.TarInfo("random")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return held.getvalue()


def token_of(host: Installation) -> str:
    """What GitLab would give a user who may push."""
    secrets = json.loads(host.at(SECRETS_FILE).read_text())["registry"]
    key = keys.read_private_key(Secret(secrets["internal_key"]), "key")
    access = [grant("a/b", "pull", "push")]
    token = keys.sign_token(key, issuer=ISSUER, audience=SERVICE, access=access, now=time.time())
    return token.reveal()


def uploads(host: Installation) -> list[Path]:
    """The uploads that the registry has received something of."""
    places = host.at(f"{IMAGES}/docker/registry/v2/repositories").glob("a/b/_uploads/*/data")
    return [place for place in places if place.stat().st_size]


@contextlib.contextmanager
def relay(port: int) -> Iterator[tuple[int, threading.Event]]:
    """Passes on what arrives at its own port, slowly until the event is set."""
    hurry = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, port, hurry), daemon=True).start()
        try:
            yield listener.getsockname()[1], hurry
        finally:
            hurry.set()
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, port: int, hurry: threading.Event) -> None:
    with contextlib.suppress(OSError):  # the listener is shut when the test is over
        while True:
            client = listener.accept()[0]
            threading.Thread(target=_serve, args=(client, port, hurry), daemon=True).start()


def _serve(client: socket.socket, port: int, hurry: threading.Event) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        back = threading.Thread(target=_pass_on, args=(server, client))
        back.start()
        _pass_on(client, server, hurry)
        back.join()


def _pass_on(source: socket.socket, target: socket.socket, hurry: threading.Event | None = None) -> None:
    """Copy until either end closes; with *hurry*, slowly until it is set."""
    with contextlib.suppress(OSError):
        while piece := source.recv(64 << 10):
            target.sendall(piece)
            if hurry:
                hurry.wait(len(piece) / TRICKLE)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
