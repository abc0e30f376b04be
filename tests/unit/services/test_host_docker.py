from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from glctl.errors import GlctlError
from glctl.paths import Root
from glctl.services import docker_api, host_docker, systemd
from glctl.services.processes import read

if TYPE_CHECKING:
    from pathlib import Path

WEB = [{"Names": ["/web"]}, {"Names": ["/db\033[2J"]}]


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What this machine's daemon and its systemd answer, and which restarts there were."""
    answers: dict[str, Any] = {"/info": {"LiveRestoreEnabled": False}, "/containers/json": [], "restarts": []}
    monkeypatch.setattr(docker_api, "ask", lambda _, what: answers[what])
    monkeypatch.setattr(systemd, "is_running", lambda: True)
    monkeypatch.setattr(systemd, "is_active", lambda _: True)
    monkeypatch.setattr(
        systemd,
        "restart",
        lambda _: answers["restarts"].append(sorted(path.name for path in folder.iterdir())),
    )
    monkeypatch.setattr("os.geteuid", lambda: 0)
    folder = tmp_path / "docker.service.d"
    monkeypatch.setattr(host_docker, "FOLDER", str(folder))
    monkeypatch.setattr(host_docker, "_SETTINGS", tmp_path / "daemon.json")
    return answers


def test_the_daemon_is_led_through_the_proxy_and_back(tmp_path: Path, machine: dict[str, Any]) -> None:
    folder = tmp_path / "docker.service.d"
    with host_docker.led({"HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""}, lambda _: None):
        variables = (folder / "glctl-trace.env").read_text().splitlines()
        assert variables[1:] == ["HTTPS_PROXY=http://127.0.0.1:1", "NO_PROXY="]
        assert f"EnvironmentFile=-{folder}/glctl-trace.env" in (folder / "zz-glctl-trace.conf").read_text()
    # Until the daemon runs without it, a killed run must be seen to have been one.
    assert machine["restarts"] == [["glctl-trace.env", "zz-glctl-trace.conf"], ["glctl-trace.env"]]
    assert not folder.exists()


def test_it_is_taken_back_whatever_fails(tmp_path: Path, machine: dict[str, Any]) -> None:
    with pytest.raises(ZeroDivisionError), host_docker.led({}, lambda _: None):
        _ = 1 / 0
    assert len(machine["restarts"]) == 2
    assert not host_docker.is_left(Root())


def test_it_is_taken_back_where_the_daemon_does_not_start_with_it(
    machine: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    restart = systemd.restart

    def fail(_: str) -> None:
        machine["/info"] = None
        monkeypatch.setattr(systemd, "is_active", lambda _: False)
        monkeypatch.setattr(systemd, "restart", restart)
        raise GlctlError("systemctl restart docker.service failed.")

    monkeypatch.setattr(systemd, "restart", fail)
    with pytest.raises(GlctlError, match="restart docker"), host_docker.led({}, lambda _: None):
        pass
    assert machine["restarts"] == [["glctl-trace.env"]]
    assert not host_docker.is_left(Root())


def test_containers_that_would_stop_are_named(machine: dict[str, Any], tmp_path: Path) -> None:
    machine["/containers/json"] = WEB
    with (
        pytest.raises(GlctlError, match=r"would stop the containers that run: web, db\\x1b") as raised,
        host_docker.led({}, lambda _: None),
    ):
        pass
    assert "live-restore" in raised.value.hint
    assert machine["restarts"] == []
    assert not (tmp_path / "docker.service.d").exists()


def test_containers_that_live_on_are_no_hindrance(machine: dict[str, Any]) -> None:
    machine["/containers/json"] = WEB
    machine["/info"] = {"LiveRestoreEnabled": True}
    host_docker.require_restartable()


def test_containers_started_meanwhile_are_not_stopped_and_the_rest_is_told(machine: dict[str, Any]) -> None:
    said: list[str] = []
    with host_docker.led({}, said.append):
        machine["/containers/json"] = WEB
    assert len(machine["restarts"]) == 1
    assert "still uses glctl's proxy" in said[-2]
    assert "by hand: rm -f" in said[-1]
    assert host_docker.is_left(Root())
    machine["/containers/json"] = []
    host_docker.take_back(said.append)
    assert not host_docker.is_left(Root())


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("is_running", lambda: False, "systemd runs no docker.service"),
        ("is_active", lambda _: False, "systemd runs no docker.service"),
    ],
)
def test_where_systemd_runs_no_daemon_it_is_told(
    name: str, value: Any, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systemd, name, value)
    with pytest.raises(GlctlError, match=told) as raised:
        host_docker.require_possible(Root())
    assert "--docker -- docker push" in raised.value.hint


def test_a_sandbox_has_no_daemon(tmp_path: Path) -> None:
    with pytest.raises(GlctlError, match="sandbox"):
        host_docker.require_possible(Root(tmp_path))


def test_only_root_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(GlctlError, match="Only root"):
        host_docker.require_possible(Root())


def test_a_daemon_that_does_not_answer(machine: dict[str, Any]) -> None:
    machine["/info"] = None
    with pytest.raises(GlctlError, match="does not answer"):
        host_docker.require_possible(Root())


def test_proxies_that_count_more_than_ours(tmp_path: Path) -> None:
    (tmp_path / "daemon.json").write_text('{"proxies": {}}')
    with pytest.raises(GlctlError, match="count more"):
        host_docker.require_possible(Root())


def put(tmp_path: Path, owner: str) -> None:
    folder = tmp_path / "docker.service.d"
    folder.mkdir()
    (folder / "glctl-trace.env").write_text(f"{owner}\n")


def test_another_run_that_is_at_work_is_left_alone(tmp_path: Path) -> None:
    parent = read(os.getppid())
    assert parent
    put(tmp_path, f"# glctl trace --docker=host, pid {parent.pid} {parent.started}")
    assert not host_docker.is_left(Root())
    with pytest.raises(GlctlError, match=f"pid {parent.pid}"):
        host_docker.require_possible(Root())


@pytest.mark.parametrize("owner", [f"# glctl trace --docker=host, pid {os.getppid()} 1", "", "nonsense"])
def test_what_a_killed_run_has_left_is_known(tmp_path: Path, owner: str) -> None:
    put(tmp_path, owner)
    assert host_docker.is_left(Root())
    assert host_docker.left_files(Root()) == (tmp_path / "docker.service.d" / "glctl-trace.env",)
