from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from glctl.errors import GlctlError
from glctl.services import private_docker

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where daemons have their directories meanwhile."""
    monkeypatch.setattr(private_docker, "PLACE", tmp_path)
    monkeypatch.setattr(private_docker, "_HOST_SETTINGS", tmp_path / "host.json")
    monkeypatch.setattr(private_docker, "_KEY", tmp_path / "key.json")
    return tmp_path


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch, **scripts: str) -> None:
    """Programs of these names, and no others but the system's own."""
    for name, script in scripts.items():
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    monkeypatch.setattr(private_docker, "_path", lambda: f"{folder}:/usr/bin:/bin")


def test_only_root_can(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(GlctlError, match="Only root"):
        private_docker.require_possible()


@pytest.mark.parametrize(
    ("missing", "package"),
    [("dockerd", "docker.io"), ("containerd", "containerd.io"), ("unshare", "util-linux")],
)
def test_what_is_not_installed_is_named(missing: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(
        private_docker, "_found", lambda name: None if name == missing else f"/usr/bin/{name}"
    )
    with pytest.raises(GlctlError, match=f"{missing} is not installed") as raised:
        private_docker.require_possible()
    assert package in raised.value.hint


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_one_that_does_not_start_is_told_with_its_last_words(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs(
        place,
        monkeypatch,
        containerd='touch "${2%/*}/containerd.sock"; exec sleep 60',
        dockerd="echo 'level=info all is well'; echo 'failed to start daemon: \033[2Jno cgroups'; exit 1",
    )
    with (
        pytest.raises(GlctlError, match="ended at once: failed to start daemon") as raised,
        private_docker.private_daemon({}, print),
    ):
        pass
    assert "\033" not in raised.value.message
    assert "level=info" not in raised.value.message
    assert not list(place.glob("glctl-*"))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_a_containerd_that_does_not_start_is_told_too(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(place, monkeypatch, containerd="exit 1", dockerd="exec sleep 60")
    with (
        pytest.raises(GlctlError, match=r"A containerd of glctl's own ended at once: it says nothing\."),
        private_docker.private_daemon({}, print),
    ):
        pass


def test_its_settings_keep_it_to_itself(place: Path) -> None:
    host = {"insecure-registries": ["registry.example.com:5000"], "data-root": "/srv", "hosts": ["tcp://:1"]}
    (place / "host.json").write_text(json.dumps(host))
    made = place / "daemon"
    made.mkdir()
    private_docker._configure(made)
    settings = json.loads((made / "daemon.json").read_text())
    assert settings["insecure-registries"] == ["registry.example.com:5000"]
    assert settings["hosts"] == [f"unix://{made}/docker.sock"]
    assert {settings[name] for name in ("data-root", "exec-root", "pidfile", "containerd")} == {
        f"{made}/{name}" for name in ("data", "run/docker", "docker.pid", "containerd.sock")
    }


def test_what_still_runs_for_it_is_ended_and_nothing_else(place: Path) -> None:
    made = place / "daemon"
    made.mkdir()
    wait = ["-c", "import time; time.sleep(60)"]
    daemon = subprocess.Popen(["dockerd", *wait, str(made)], executable=sys.executable)
    other = subprocess.Popen([sys.executable, *wait, str(made)])
    try:
        (place / "dockerd").symlink_to(sys.executable)
        named = subprocess.Popen([place / "dockerd", *wait, f"{made}/daemon.json"])
        while not private_docker._processes(made):  # the kernel has not made dockerd of it yet
            pass
        private_docker._remove(made)
        assert named.wait(5) == -15
        assert other.poll() is None
        assert not made.exists()
    finally:
        for process in (daemon, other):
            process.kill()
            process.wait()
