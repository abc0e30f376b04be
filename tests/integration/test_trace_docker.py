"""glctl trace --docker: a real Docker daemon of glctl's own, from which a real docker pushes."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_gitlab import PASSWORD, USER
from servers import program
from traced import HOST, codes, image, stack, traced

from glctl.errors import GlctlError
from glctl.services import docker_api, host_docker, private_docker

pytest.importorskip("mitmproxy")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # mitmproxy's own, of OpenSSL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from traced import Stack


@pytest.fixture(scope="module")
def daemon() -> Iterator[dict[str, str]]:
    """The host's Docker daemon, as a user's environment leads to it. Skipped where none can run."""
    program("docker")
    program("skopeo")
    with contextlib.ExitStack() as opened:
        try:
            host = opened.enter_context(private_docker.private_daemon(dict(os.environ), print))
        except GlctlError as error:
            pytest.skip(f"no Docker daemon runs here: {error.message}")
        yield {"DOCKER_HOST": host}


@pytest.fixture(scope="module")
def well() -> Iterator[Stack]:
    with tempfile.TemporaryDirectory(prefix="glctl-traced-") as folder, stack(Path(folder)) as made:
        Path(folder).chmod(0o755)
        yield made


@pytest.fixture
def user(
    daemon: dict[str, str], well: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """Their environment: a daemon, a login, and the registry's authority among the system's."""
    login = {"auths": {f"{HOST}:{well.https}": {"auth": _base64(f"{USER}:{PASSWORD}")}}}
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "config.json").write_text(json.dumps(login))
    added = {
        **daemon,
        "DOCKER_CONFIG": str(tmp_path / "docker"),
        "SSL_CERT_FILE": str(well.folder / "authority.pem"),
    }
    for name, value in added.items():
        monkeypatch.setenv(name, value)
    return {**os.environ}


def _base64(text: str) -> str:
    import base64

    return base64.b64encode(text.encode()).decode()


def loaded(folder: Path, name: str, environment: dict[str, str]) -> str:
    """An image of that name in the host's daemon."""
    made = image(folder / "image")
    archive = f"docker-archive:{folder}/image.tar:{name}"
    subprocess.run(["skopeo", "copy", "-q", f"oci:{made}:latest", archive], check=True)
    subprocess.run([program("docker"), "load", "-qi", f"{folder}/image.tar"], check=True, env=environment)
    return name


def left() -> list[str]:
    """The directories of daemons that are there, but that of the tests' own."""
    mine = f"glctl-docker-{os.getpid()}-"
    return [path.name for path in private_docker.PLACE.glob("glctl-docker-*") if mine not in path.name]


def test_an_image_of_the_hosts_daemon_is_pushed(
    well: Stack, user: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name = loaded(tmp_path, f"{HOST}:{well.https}/group/app:1", user)
    before = set(private_docker.PLACE.iterdir())
    code, report = traced(capfd, ["docker", "push", name], "--docker")
    assert (code, report["findings"]) == (0, []), report["said"]
    assert f"Copying {name}" in report["said"]
    steps = [each["step"] for each in report["exchanges"]]
    assert steps[:2] == ["ping", "get token"]
    assert steps.count("finish upload") == 3
    assert steps[-1] == "put manifest"
    assert set(private_docker.PLACE.iterdir()) == before


def test_a_registry_that_docker_trusts_blindly_is_no_finding(
    well: Stack,
    user: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    name = loaded(tmp_path, f"{HOST}:{well.https}/group/blindly:1", user)
    monkeypatch.delenv("SSL_CERT_FILE")
    settings = tmp_path / "daemon.json"
    settings.write_text(json.dumps({"insecure-registries": [f"{HOST}:{well.https}"]}))
    monkeypatch.setattr(private_docker, "_HOST_SETTINGS", settings)
    code, report = traced(capfd, ["docker", "push", name], "--docker")
    assert (code, report["findings"]) == (0, []), report["said"]


def test_a_login_and_a_pull_need_no_image(
    well: Stack, user: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name = loaded(tmp_path, f"{HOST}:{well.https}/group/pulled:1", user)
    assert traced(capfd, ["docker", "push", name], "--docker")[0] == 0
    where = f"{HOST}:{well.https}"
    script = f"echo {PASSWORD} | docker login -u {USER} --password-stdin {where} && docker pull -q {name}"
    code, report = traced(capfd, ["sh", "-c", script], "--docker")
    assert (code, codes(report)) == (0, []), report["said"]
    assert "Login Succeeded" in report["said"]
    assert [each["step"] for each in report["exchanges"]].count("get blob") == 3


def test_an_image_that_the_hosts_daemon_has_not(
    well: Stack, user: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    from glctl import cli

    assert cli.run(["trace", "--docker", "--", "docker", "push", f"{HOST}:{well.https}/group/none:1"]) == 1
    said = capfd.readouterr().err
    assert "group/none:1 cannot be copied from yours: it has no such image" in said
    assert not left()


@pytest.fixture
def trace(user: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """One in a process group of its own, whose command has begun and goes on for long."""
    command = [sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(60)"]
    words = [sys.executable, "-m", "glctl", "trace", "--docker", "--", *command]
    with subprocess.Popen(words, env=user, stdout=-1, stderr=-1, text=True, start_new_session=True) as made:
        assert made.stdout
        assert made.stderr
        assert made.stdout.readline() == "begun\n", made.stderr.read()
        yield made
        with contextlib.suppress(ProcessLookupError):
            os.killpg(made.pid, signal.SIGKILL)


def test_nothing_stays_after_a_ctrl_c(trace: subprocess.Popen[str]) -> None:
    os.killpg(trace.pid, signal.SIGINT)
    said = "".join(trace.communicate(timeout=30))
    assert trace.returncode == 130, said
    assert not left()


def test_a_kill_ends_the_daemon_and_the_next_run_removes_what_is_left(
    trace: subprocess.Popen[str], capfd: pytest.CaptureFixture[str]
) -> None:
    os.killpg(trace.pid, signal.SIGKILL)
    trace.communicate()
    (name,) = left()
    place = private_docker.PLACE / name
    deadline = time.monotonic() + 15
    while private_docker._processes(place) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not private_docker._processes(place)
    _, report = traced(capfd, ["true"], "--docker")
    assert name in report["said"]
    assert not left()


def test_without_docker_it_is_told_what_to_install(
    user: dict[str, str], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from glctl import cli

    found = shutil.which
    monkeypatch.setattr(
        "shutil.which", lambda name, **options: None if name == "dockerd" else found(name, **options)
    )
    assert cli.run(["trace", "--docker", "--", "true"]) == 1
    assert "dockerd is not installed" in capfd.readouterr().err


@pytest.fixture
def container(daemon: dict[str, str], tmp_path: Path) -> Iterator[str]:
    """One that runs in the host's daemon: a program with what it links to. Skipped where none can."""
    docker = program("docker")
    links = subprocess.run(["ldd", "/bin/sleep"], capture_output=True, text=True, check=True).stdout
    with tarfile.open(tmp_path / "image.tar", "w") as archive:
        for path in {"/bin/sleep", *re.findall(r"(/\S+)", links)}:
            archive.add(Path(path).resolve(), path)
    environment = {**os.environ, **daemon}
    subprocess.run([docker, "import", tmp_path / "image.tar", "sleeper"], env=environment, check=True)
    words = [docker, "run", "--detach", "--network=none", "--name=web", "sleeper", "/bin/sleep", "600"]
    started = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if started.returncode:
        pytest.skip(f"no container runs here: {started.stderr}")
    yield "web"
    subprocess.run([docker, "rm", "--force", "web"], env=environment, check=True)


def test_the_containers_that_a_restart_would_stop_are_named(
    container: str, daemon: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Path(daemon["DOCKER_HOST"].removeprefix("unix://")).parent
    monkeypatch.setattr(host_docker, "_SOCKET", place / "docker.sock")
    with pytest.raises(GlctlError, match=f"would stop the containers that run: {container}"):
        host_docker.require_restartable()
    settings = json.loads((place / "daemon.json").read_text())
    (place / "daemon.json").write_text(json.dumps({**settings, "live-restore": True}))
    os.kill(int((place / "docker.pid").read_text()), signal.SIGHUP)
    deadline = time.monotonic() + 10
    while not docker_api.ask(place / "docker.sock", "/info")["LiveRestoreEnabled"]:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    host_docker.require_restartable()
