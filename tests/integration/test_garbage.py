"""registry-garbage-collect with the real registry and its own collector, in one running root.

Images are pushed and pulled by a second registry on the same storage, which asks for no token.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from roots import ENV, IMAGES, Installation, installation, kill_when
from servers import accepts, free_port, program, running, wait_until

from glctl.clients.distribution import push_blob
from glctl.clients.http import Client
from glctl.converge.read_only import VARIABLE
from glctl.converge.state import APPLIED_DIR
from glctl.services.processes import command_line, everyone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
BIG = 400_000
LITTER = 100


@dataclass
class Images:
    """A registry without tokens on the storage of *host*."""

    host: Installation
    base: str

    def push(self, repository: str, tag: str, *layers: bytes) -> str:
        """Push an image; returns its digest. Without a *tag* it has none."""
        config = self.blob(repository, json.dumps({"os": "linux", "for": [tag, *map(len, layers)]}).encode())
        return self.manifest(
            repository,
            tag,
            MANIFEST,
            config={**config, "mediaType": "application/vnd.docker.container.image.v1+json"},
            layers=[self.blob(repository, layer) for layer in layers],
        )

    def blob(self, repository: str, content: bytes) -> dict[str, Any]:
        with Client() as client:
            pushed = push_blob(client, self.base, repository, content)
        assert not pushed.because
        kind = "application/vnd.docker.image.rootfs.diff.tar.gzip"
        return {"mediaType": kind, "digest": pushed.digest, "size": len(content)}

    def manifest(self, repository: str, tag: str, kind: str, **content: Any) -> str:
        body = json.dumps({"schemaVersion": 2, "mediaType": kind, **content}).encode()
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        where = f"{self.base}/v2/{repository}/manifests/{tag or digest}"
        with Client() as client:
            assert client.request("PUT", where, headers={"Content-Type": kind}, body=body).status == 201
        return digest

    def delete(self, repository: str, digest: str) -> None:
        with Client() as client:
            assert client.request("DELETE", f"{self.base}/v2/{repository}/manifests/{digest}").status == 202

    def can_be_pulled(self, repository: str, tag: str) -> bool:
        """Whether an image is there with all its layers, and of all platforms."""
        with Client() as client:
            found = client.request(
                "GET",
                f"{self.base}/v2/{repository}/manifests/{tag}",
                headers={"Accept": f"{MANIFEST}, {LIST}"},
            )
            if found.status != 200:
                return False
            document = json.loads(found.body)
            parts = [part["digest"] for part in document.get("manifests", [])]
            blobs = [
                blob["digest"] for blob in (*document.get("layers", []), *[document.get("config")]) if blob
            ]
            url = f"{self.base}/v2/{repository}/blobs/"
            return all(self.can_be_pulled(repository, part) for part in parts) and all(
                client.request("HEAD", url + digest).status == 200 for digest in blobs
            )


@pytest.fixture(scope="module")
def host() -> Iterator[Installation]:
    """A root whose services run."""
    with installation() as made:
        made.reconfigure()
        yield made


@pytest.fixture
def images(host: Installation, tmp_path: Path) -> Iterator[Images]:
    shutil.rmtree(host.at(IMAGES) / "docker", ignore_errors=True)
    port = free_port()
    config = host.path / "plain.yml"
    settings = {
        "version": 0.1,
        "storage": {"filesystem": {"rootdirectory": str(host.at(IMAGES))}, "delete": {"enabled": True}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    config.write_text(yaml.safe_dump(settings))
    account = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.geteuid() == 0 else []
    command = [*account, program("docker-registry"), "serve", str(config)]
    with running(command, tmp_path / "log", lambda: accepts(port)):
        yield Images(host, f"http://127.0.0.1:{port}")


@pytest.fixture
def two(images: Images) -> Images:
    """Two images that share a layer, of which the second was deleted; the other of its layers is garbage."""
    shared = os.urandom(BIG)
    images.push("group/project", "one", shared)
    images.delete("group/project", images.push("group/project", "two", shared, os.urandom(BIG)))
    return images


def collect(host: Installation, *args: str, **more: Any) -> str:
    done = host.glctl("registry-garbage-collect", *args, **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def files(host: Installation) -> dict[str, str]:
    """What is written below the root, images left out."""
    return {name: about[-1] for name, about in host.listing().items() if "shared/registry" not in name}


def is_read_only(host: Installation) -> bool:
    return host.at(f"{ENV}/{VARIABLE}").exists()


def test_what_no_image_needs_is_deleted_and_the_rest_can_be_pulled(host: Installation, two: Images) -> None:
    before, pid = files(host), host.pid("registry")
    told = collect(host)
    assert "No push is accepted until this has ended" in told
    assert "Deleted 0 manifests and 3 blobs: 4" in told
    assert " kB freed." in told
    assert two.can_be_pulled("group/project", "one")
    assert not two.can_be_pulled("group/project", "two")
    assert host.pid("registry") != pid
    assert host.ask(host.nginx).status == 401
    assert not is_read_only(host)
    assert "Nothing to do" in host.glctl("reconfigure").stdout
    assert files(host) == before
    pid = host.pid("registry")
    assert collect(host) == "There is nothing to delete.\n"
    assert host.pid("registry") == pid


def test_a_dry_run_deletes_and_restarts_nothing(host: Installation, two: Images) -> None:
    pid = host.pid("registry")
    told = collect(host, "--dry-run")
    assert "To be deleted: 0 manifests, 3 blobs (4" in told
    assert "Nothing was deleted." in told
    assert host.pid("registry") == pid
    assert "Deleted 0 manifests and 3 blobs" in collect(host)


def test_images_without_a_tag_go_only_with_m_and_a_yes(host: Installation, images: Images) -> None:
    old = images.push("group/moved", "latest", os.urandom(1000))
    images.push("group/moved", "latest", os.urandom(2000))
    assert collect(host) == "There is nothing to delete.\n"
    refused = host.glctl("registry-garbage-collect", "-m")
    assert refused.returncode == 2
    assert "no terminal to ask on" in refused.stderr
    assert f"- group/moved@{old}" in collect(host, "-m", "--dry-run")
    assert images.can_be_pulled("group/moved", old)
    told = collect(host, "-m", "--yes")
    assert f"- group/moved@{old}" in told
    assert "Deleted 1 manifest and 3 blobs" in told
    assert images.can_be_pulled("group/moved", "latest")
    assert not images.can_be_pulled("group/moved", old)


def test_images_for_several_platforms_are_not_broken(host: Installation, images: Images) -> None:
    part = images.push("group/many", "", os.urandom(1000))
    platform = {"architecture": "amd64", "os": "linux"}
    entry = {"mediaType": MANIFEST, "digest": part, "size": 1, "platform": platform}
    whole = images.manifest("group/many", "latest", LIST, manifests=[entry])
    done = host.glctl("registry-garbage-collect", "-m", "--yes")
    assert done.returncode == 1
    assert f"  group/many@{part}" in done.stderr
    assert "Run it without -m" in done.stderr
    collect(host)
    assert images.can_be_pulled("group/many", "latest")
    images.delete("group/many", whole)
    images.delete("group/many", part)


@pytest.mark.parametrize("moment", ["before", "while", "after"])
def test_a_killed_one_is_finished_by_the_next_run(host: Installation, two: Images, moment: str) -> None:
    """Killed once pushes are refused, while the collector is at work, and when it has ended."""
    blobs = host.at(f"{IMAGES}/docker/registry/v2/blobs/sha256")
    needed = len([*blobs.glob("*/*/data")]) - 3
    litter(blobs)

    def left() -> int:
        return len([*blobs.glob("*/*/data")]) - needed

    conditions = {
        "before": lambda: is_read_only(host),
        "while": lambda: left() < LITTER,
        "after": lambda: not left() and not collectors(host),
    }
    kill_when(host.begin("registry-garbage-collect"), conditions[moment], f"the moment {moment}")
    wait_until(lambda: not collectors(host), "the collector has ended with us")
    assert is_read_only(host) or moment == "after"
    assert not host.at(f"{APPLIED_DIR}/registry").exists()
    assert json.loads(host.glctl("status", "--format", "json").stdout)[0]["owed"] is True
    refuses = "a garbage collection was interrupted"
    assert (refuses in host.glctl("status").stdout) is is_read_only(host)
    done = host.glctl("reconfigure")
    assert refuses in done.stdout or moment == "after"
    assert (done.returncode, "registry restarted" in done.stdout) == (0, True), done.stdout + done.stderr
    assert not is_read_only(host)
    assert two.can_be_pulled("group/project", "one")
    collect(host)
    assert two.can_be_pulled("group/project", "one")


def litter(blobs: Path) -> None:
    """Blobs that nobody needs: the collector takes some ms for each, and is at work for a while."""
    for number in range(LITTER):
        digest = hashlib.sha256(b"%d" % number).hexdigest()
        data = blobs / digest[:2] / digest / "data"
        data.parent.mkdir(parents=True)
        data.touch()
        for path in (data, data.parent, data.parent.parent):
            os.chown(path, blobs.stat().st_uid, blobs.stat().st_gid)


def collectors(host: Installation) -> list[str]:
    """The command lines of the collectors that are at work on this root."""
    lines = (" ".join(command_line(process.pid)) for process in everyone())
    return [line for line in lines if " garbage-collect " in line and str(host.path) in line]


def test_a_killed_one_is_finished_by_another(host: Installation, two: Images) -> None:
    kill_when(host.begin("registry-garbage-collect"), lambda: is_read_only(host), "pushes are refused")
    told = collect(host)
    assert "An earlier run has not come to its end." in told
    assert "Deleted" in told
    assert not is_read_only(host)
    assert "Nothing to do" in host.glctl("reconfigure").stdout
    assert two.can_be_pulled("group/project", "one")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_an_interrupted_one_lets_pushes_in_again(
    host: Installation, two: Images, number: signal.Signals
) -> None:
    child = host.begin("registry-garbage-collect")
    wait_until(lambda: is_read_only(host), "pushes are refused")
    child.send_signal(number)
    said = child.communicate(timeout=60)[0]
    assert child.returncode == 130, said
    assert "Accepting pushes again." in said
    assert not is_read_only(host)
    assert "Nothing to do" in host.glctl("reconfigure").stdout
    assert two.can_be_pulled("group/project", "one")


def test_the_collector_runs_as_the_registry_does(host: Installation, two: Images) -> None:
    """As its account, with the environment of its own and nothing of ours."""
    if os.geteuid() != 0:
        pytest.skip("needs two users")
    before = {path for path in host.at(IMAGES).rglob("*") if path.owner() != "nobody"}
    collect(
        host,
        env={**os.environ, "REGISTRY_STORAGE": "nonsense", "PYTHONPATH": os.environ.get("PYTHONPATH", "")},
    )
    assert {path for path in host.at(IMAGES).rglob("*") if path.owner() != "nobody"} == before


def test_empty_link_files_are_named_first(host: Installation, two: Images) -> None:
    link = next(
        host.at(IMAGES).glob("docker/registry/v2/repositories/group/project/_manifests/revisions/*/*/link")
    )
    content, pid = link.read_bytes(), host.pid("registry")
    link.write_bytes(b"")
    try:
        done = host.glctl("registry-garbage-collect")
    finally:
        link.write_bytes(content)
    assert done.returncode == 1
    assert str(link) in done.stderr
    assert host.pid("registry") == pid


def test_a_registry_that_was_stopped_stays_so(host: Installation, two: Images) -> None:
    assert host.glctl("stop", "registry").returncode == 0
    assert "Deleted 0 manifests and 3 blobs" in collect(host)
    assert host.pid("registry") is None
    assert not is_read_only(host)
    assert host.glctl("start", "registry").returncode == 0
    assert "Nothing to do" in host.glctl("reconfigure").stdout


def test_what_gitlab_rb_changes_comes_first(host: Installation, two: Images) -> None:
    host.write("registry['log_level'] = 'warn'")
    done = host.glctl("registry-garbage-collect")
    host.write()
    assert done.returncode == 1
    assert "This host is not as gitlab.rb says" in done.stderr
