"""The host's own Docker daemon led through a proxy for a while, by a drop-in of systemd's, and back.

The drop-in lies below /run: a reboot takes it away, whatever has become of glctl. Which run it is of stands
in the file of variables, which comes before it and goes last, when the daemon runs without it again.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.console import harmless
from glctl.errors import GlctlError, UsageError
from glctl.paths import Root
from glctl.services import docker_api, systemd
from glctl.services.processes import read
from glctl.services.undisturbed import undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

UNIT = "docker.service"
FOLDER = "/run/systemd/system/docker.service.d"
_DROP_IN = "zz-glctl-trace.conf"  # read last
_VARIABLES = "glctl-trace.env"
_SOCKET = Path("/run/docker.sock")
_SETTINGS = Path("/etc/docker/daemon.json")
_OWNER = "# glctl trace --docker=host, pid "
# A file of variables, since it counts more than Environment= and than one that is named before it.
_TEXT = """\
# Of glctl trace --docker=host, which removes it when it ends.
[Service]
EnvironmentFile=-{variables}
"""
BY_HAND = (
    f"rm -f {FOLDER}/{_DROP_IN} {FOLDER}/{_VARIABLES}; systemctl daemon-reload; systemctl restart docker"
)


@contextmanager
def led(variables: Mapping[str, str], note: Callable[[str], None]) -> Iterator[None]:
    """The host's daemon with these *variables* while this lasts. It is restarted before and after.

    Raises GlctlError where it cannot be. What cannot be taken back at the end is told, and stays for the next
    run to do it.
    """
    require_possible(Root())
    note("Restarting the Docker daemon, to lead it through the proxy …")
    try:
        _put(variables)
        systemd.restart(UNIT)
        yield
    finally:
        _end(note)


def require_possible(root: Root) -> None:
    """Raise GlctlError where the host's daemon cannot be led elsewhere, saying what to do about it."""
    own = "Trace one of glctl's own instead: glctl trace registry --docker -- docker push …"
    if root.relocated:
        raise UsageError("--docker=host is about this machine's own daemon, --root about a sandbox.", own)
    if os.geteuid() != 0:
        raise GlctlError(
            "Only root can restart the Docker daemon.", "sudo glctl trace registry --docker=host …"
        )
    if not systemd.is_running() or not systemd.is_active(UNIT):
        raise GlctlError(f"systemd runs no {UNIT} here.", own)
    if (pid := _owner(root)) and _lives(pid):
        raise GlctlError(
            f"Another glctl (pid {pid[0]}) traces the Docker daemon.", "Wait until it has ended."
        )
    with suppress(OSError, ValueError):
        if "proxies" in json.loads(_SETTINGS.read_text()):
            raise GlctlError(f"{_SETTINGS} sets proxies, which count more than glctl's.", own)
    require_restartable()


def require_restartable() -> None:
    """Raise GlctlError, naming them, while containers run that would be stopped."""
    info, running = (docker_api.ask(_SOCKET, f"/{what}") for what in ("info", "containers/json"))
    if info is None or running is None:
        raise GlctlError(f"The Docker daemon does not answer at {_SOCKET}.", f"systemctl status {UNIT}")
    if running and not info.get("LiveRestoreEnabled"):
        names = ", ".join(harmless(name.lstrip("/")) for each in running for name in each["Names"][:1])
        raise GlctlError(
            f"The Docker daemon has to be restarted, which would stop the containers that run: {names}.",
            'Stop them, or let them live on: "live-restore": true in /etc/docker/daemon.json, then systemctl '
            "reload docker.",
        )


def is_left(root: Root) -> bool:
    """Whether a run that is over has left its proxy with the daemon."""
    pid = _owner(root)
    return pid is not None and (pid[0] == os.getpid() or not _lives(pid))


def left_files(root: Root) -> tuple[Path, ...]:
    """What it has left."""
    return tuple(path for path in (_drop_in(root), _variables(root)) if path.exists())


def take_back(note: Callable[[str], None]) -> None:
    """Restart the daemon without what a run has left with it. Raises GlctlError where that must not be."""
    if systemd.is_active(UNIT):  # else it may be that very thing which keeps it from starting
        require_restartable()
    note("Restarting the Docker daemon without the proxy …")
    with undisturbed():
        _drop_in(Root()).unlink(missing_ok=True)
        systemd.restart(UNIT)
        _variables(Root()).unlink(missing_ok=True)
        with suppress(OSError):
            Path(FOLDER).rmdir()  # where it is empty


def _put(variables: Mapping[str, str]) -> None:
    me = read(os.getpid())
    owner = f"{_OWNER}{os.getpid()} {me.started if me else 0}"
    Path(FOLDER).mkdir(parents=True, exist_ok=True)
    _variables(Root()).write_text(
        "\n".join([owner, *(f"{name}={value}" for name, value in variables.items()), ""])
    )
    _drop_in(Root()).write_text(_TEXT.format(variables=_variables(Root())))


def _end(note: Callable[[str], None]) -> None:
    try:
        take_back(note)
    except GlctlError as error:
        note(f"warning: the Docker daemon still uses glctl's proxy, which is gone. {error.message}")
        note(f"  -> {error.hint} Then: glctl trace registry -- true, or by hand: {BY_HAND}")


def _owner(root: Root) -> tuple[int, int] | None:
    """Pid and start of the glctl whose variables are there; (0, 0) where they do not say."""
    try:
        first = _variables(root).read_text(errors="replace").partition("\n")[0]
    except FileNotFoundError:
        return (0, 0) if _drop_in(root).exists() else None
    try:
        pid, started = map(int, first.removeprefix(_OWNER).split())
    except ValueError:
        return (0, 0)
    return pid, started


def _lives(owner: tuple[int, int]) -> bool:
    process = read(owner[0])
    return process is not None and process.started == owner[1]


def _drop_in(root: Root) -> Path:
    return root.at(FOLDER) / _DROP_IN


def _variables(root: Root) -> Path:
    return root.at(FOLDER) / _VARIABLES
