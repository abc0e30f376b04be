from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from glctl.errors import GlctlError
from glctl.trace import docker

if TYPE_CHECKING:
    from pathlib import Path

IMAGE = "registry.example.com:5000/group/app"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (f"docker push {IMAGE}:1", f"{IMAGE}:1"),
        (f"docker push {IMAGE}", f"{IMAGE}:latest"),
        (f"docker push -q {IMAGE}:1", f"{IMAGE}:1"),
        (f"docker push --all-tags {IMAGE}", IMAGE),
        (f"/usr/bin/docker image push {IMAGE}:1", f"{IMAGE}:1"),
        (f"docker --config /root/.docker push {IMAGE}:1", f"{IMAGE}:1"),
        (f"docker --debug push {IMAGE}:1", f"{IMAGE}:1"),
        (f"docker pull {IMAGE}:1", ""),
        ("docker compose push app", ""),
        (f"docker manifest push {IMAGE}:1", ""),
        ("docker push --help", ""),
        ("docker", ""),
        (f"skopeo push {IMAGE}", ""),
    ],
)
def test_the_image_that_is_pushed(words: str, expected: str) -> None:
    assert docker.pushed_image(words.split()) == expected


def test_docker_is_led_to_the_daemon_and_keeps_its_logins() -> None:
    own = {
        "DOCKER_CONTEXT": "far",
        "DOCKER_TLS_VERIFY": "1",
        "DOCKER_CONFIG": "/c",
        "DOCKER_HOST": "tcp://far",
    }
    assert docker.led_to("unix:///s", own) == {"DOCKER_CONFIG": "/c", "DOCKER_HOST": "unix:///s"}


def fake(folder: Path, script: str) -> str:
    file = folder / "docker"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


def test_an_image_is_copied_from_one_daemon_to_the_other(tmp_path: Path) -> None:
    said: list[str] = []
    program = fake(
        tmp_path,
        'case "$1" in image) echo 3.1MB ;; save) echo "$2 of $WHOSE" ;; '
        f"load) cat >{tmp_path}/$WHOSE ;; esac",
    )
    docker.bring(IMAGE, program, {"WHOSE": "user"}, {"WHOSE": "ours", "PATH": "/bin"}, said.append)
    assert (tmp_path / "ours").read_text() == f"{IMAGE} of user\n"
    assert "(3.1MB)" in said[0]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("exit 0", "it has no such image"),
        ("echo 'Cannot connect to the Docker daemon' >&2; exit 1", "Cannot connect to the Docker daemon"),
        ('test "$1" = image && echo 1MB && exit; echo "$1: no space \033[2J" >&2; exit 1', "load: no space"),
        ('case "$1" in image) echo 1MB ;; save) echo lost >&2; exit 1 ;; load) cat ;; esac', "copied: lost"),
    ],
)
def test_an_image_that_cannot_be_copied(script: str, told: str, tmp_path: Path) -> None:
    program = fake(tmp_path, script)
    with pytest.raises(GlctlError, match=told) as raised:
        docker.bring(IMAGE, program, {}, {"PATH": "/bin"}, lambda _: None)
    assert "\033" not in raised.value.message


@pytest.mark.parametrize(
    ("place", "address", "expected"),
    [
        ("registry.example.com:5000", "192.0.2.1", True),
        ("docker.io", "127.0.0.1", False),
        ("registry.localhost:1", "127.0.0.1", True),
        ("registry.localhost:1", "::1", False),
        ("other.example.com", "192.0.2.1", False),
    ],
)
def test_what_a_daemon_trusts_blindly(
    place: str, address: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = {"registry.example.com:5000": {"Secure": False}, "docker.io": {"Secure": True}}
    info = {"RegistryConfig": {"InsecureRegistryCIDRs": ["127.0.0.0/8"], "IndexConfigs": configured}}
    monkeypatch.setattr("glctl.services.docker_api.ask", lambda *_: info)
    assert docker.insecure_registries({"DOCKER_HOST": "unix:///s"})(place, address) is expected


def test_a_daemon_that_does_not_say_trusts_none() -> None:
    assert not docker.insecure_registries({"DOCKER_HOST": "unix:///none"})(
        "registry.localhost:1", "127.0.0.1"
    )


@pytest.mark.parametrize(
    ("added", "told"), [({}, True), ({"DOCKER_CONFIG": "/c"}, False), ({"SUDO_USER": ""}, False)]
)
def test_whose_logins_count_under_sudo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, added: dict[str, str], told: bool
) -> None:
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").touch()
    monkeypatch.setattr("pathlib.Path.expanduser", lambda _: tmp_path)
    said: list[str] = []
    docker._note_whose_logins({"SUDO_USER": "alice", **added}, said.append)
    assert [f"sudo DOCKER_CONFIG={tmp_path}/.docker glctl" in line for line in said] == [True] * told
