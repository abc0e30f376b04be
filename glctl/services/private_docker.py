"""A Docker daemon of our own beside the host's: its images, sockets and containerd lie in one directory.

It runs in a mount namespace of its own, and the kernel ends it when glctl is killed. What is left then is
found by the directory's name, which says whose it is.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from signal import SIGKILL, SIGTERM
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.errors import GlctlError
from glctl.services import docker_api
from glctl.services.processes import command_line, everyone, with_descendants
from glctl.services.scratch import scratch
from glctl.services.undisturbed import undisturbed

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from glctl.services.processes import Process

PLACE = Path("/var/tmp")  # noqa: S108 - images are big, /tmp may be memory; nobody guesses the names
_PREFIX = "glctl-docker-"
_HOST_SETTINGS = Path("/etc/docker/daemon.json")
_KEY = Path("/etc/docker/key.json")  # dockerd makes itself a name there, wherever its other files are
# What of the host's daemon.json says how registries are talked to (dockerd(8)); all else is not wanted here.
_TAKEN_OVER = (
    *("insecure-registries", "registry-mirrors", "allow-nondistributable-artifacts"),
    *("max-concurrent-uploads", "max-concurrent-downloads", "max-download-attempts"),
)
_NEEDED = {
    "dockerd": "Debian's docker.io, or Docker's docker-ce",
    "containerd": "Debian's containerd, or Docker's containerd.io",
    **dict.fromkeys(("setpriv", "unshare", "nsenter"), "util-linux"),
}
_PROGRAMS = ("dockerd", "containerd", "docker-", "runc")  # how the names of its processes begin
_PATIENCE = 60.0  # seconds until it answers; a busy machine takes its time
_GRACE = 10.0  # seconds to end in
_POLL = 0.05
_LAST_WORDS = 3  # lines of its log

# containerd's own plugin for Kubernetes would want a network.
_CONTAINERD = """\
version = 2
root = "{place}/containerd"
state = "{place}/run/containerd"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "{place}/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "{place}/opt"
"""


@contextmanager
def private_daemon(variables: Mapping[str, str], note: Callable[[str], None]) -> Iterator[str]:
    """A Docker daemon with this environment while this lasts; its ``DOCKER_HOST``. It starts without images.

    Raises GlctlError where it cannot be, or with its last words.
    """
    require_possible()

    def told(left: Path) -> None:
        note(f"Removed the Docker daemon that an earlier run was killed with: {left}")

    with scratch(_PREFIX, PLACE, remove=_remove, swept=told) as place, _key_as_before():
        _configure(place)
        with ExitStack() as running:
            _start_both(place, variables, running)
            yield f"unix://{place}/docker.sock"


def require_possible() -> None:
    """Raise GlctlError where no daemon can be started here, saying what to do about it."""
    if os.geteuid() != 0:
        raise GlctlError("Only root can start a Docker daemon.", "sudo glctl trace registry --docker …")
    for program, package in _NEEDED.items():
        if _found(program) is None:
            raise GlctlError(f"{program} is not installed.", f"It comes with {package}.")


@contextmanager
def _key_as_before() -> Iterator[None]:
    there = _KEY.exists()
    try:
        yield
    finally:
        if not there:
            _KEY.unlink(missing_ok=True)


def _configure(place: Path) -> None:
    settings = {
        **_taken_over(),
        "data-root": f"{place}/data",
        "exec-root": f"{place}/run/docker",
        "pidfile": f"{place}/docker.pid",
        "hosts": [f"unix://{place}/docker.sock"],
        "containerd": f"{place}/containerd.sock",
        # Images are all that it is for: the machine's network stays as it is.
        "bridge": "none",
        "iptables": False,
        "ip6tables": False,
        "ip-forward": False,
        "ip-masq": False,
    }
    (place / "daemon.json").write_text(json.dumps(settings))
    (place / "containerd.toml").write_text(_CONTAINERD.format(place=place))


def _taken_over() -> dict[str, object]:
    try:
        settings = json.loads(_HOST_SETTINGS.read_text())
    except (OSError, ValueError):
        return {}
    return {name: settings[name] for name in _TAKEN_OVER if name in settings}


def _start_both(place: Path, variables: Mapping[str, str], running: ExitStack) -> None:
    """Containerd and dockerd, which mount for each other, to be ended before *running* ends."""
    started = _start(
        place, "containerd", ("unshare", "--mount"), ("--config", f"{place}/containerd.toml"), variables
    )
    running.callback(_end, started)
    _wait(place, "containerd", started, (place / "containerd.sock").exists)
    beside = ("nsenter", f"--mount=/proc/{started.pid}/ns/mnt")
    started = _start(place, "dockerd", beside, ("--config-file", f"{place}/daemon.json"), variables)
    running.callback(_end, started)
    _wait(place, "dockerd", started, lambda: docker_api.ask(place / "docker.sock", "/version") is not None)


def _start(
    place: Path, program: str, where: Sequence[str], options: Sequence[str], variables: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start it where no Ctrl-C reaches it, to be ended with us."""
    import subprocess

    command = ["setpriv", "--pdeathsig", "TERM", *where, _found(program) or program, *options]
    with (place / f"{program}.log").open("wb") as log:
        return subprocess.Popen(
            command,
            env={**variables, "PATH": _path()},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            start_new_session=True,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    import subprocess

    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(place: Path, program: str, process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            ended = process.returncode is not None
            how = "ended at once" if ended else f"does not answer in {_PATIENCE:.0f} s"
            said = f"A {program} of glctl's own {how}: {_last_words(place / f'{program}.log')}"
            raise GlctlError(
                said,
                "See what it needs to run here (a container without privileges lets none run), or trace a "
                "program that talks to the registry itself: skopeo, crane, podman.",
            )
        time.sleep(_POLL)


def _last_words(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    bad = [line for line in lines if "level=info" not in line and "level=warn" not in line]
    return " / ".join(harmless(line.strip()) for line in bad[-_LAST_WORDS:]) or "it says nothing."


def _remove(place: Path) -> None:
    """End what still runs for it, and take it away."""
    with undisturbed():
        for seconds, number in ((_GRACE, SIGTERM), (_GRACE, SIGKILL)):
            deadline = time.monotonic() + seconds
            asked: set[Process] = set()
            while (left := _processes(place)) and time.monotonic() < deadline:
                for process in left:
                    if process not in asked:
                        process.send(number)
                        asked.add(process)
                time.sleep(_POLL)
        shutil.rmtree(place)


def _processes(place: Path) -> Sequence[Process]:
    """Those of Docker's that were started for *place*, and what these have started."""
    processes = tuple(everyone())
    own = {
        process.pid
        for process in processes
        if process.name.startswith(_PROGRAMS)
        and any(str(place) in word for word in command_line(process.pid))
    }
    return [process for process in processes if process.pid in with_descendants(own, processes)]


def _path() -> str:
    """Where Docker's programs are looked for: where administrators' programs are, too."""
    return os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/sbin:/usr/sbin:/sbin:/usr/bin"])


def _found(program: str) -> str | None:
    return shutil.which(program, path=_path())
