"""The runsvdir of a root: find it, start it detached, have it look, and wait for what it starts."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from glctl.errors import GlctlError
from glctl.paths import SERVICE_DIR, STATE_DIR
from glctl.services import systemd
from glctl.services.catalog import not_configured
from glctl.services.processes import Process, command_line, everyone, is_contained, read
from glctl.services.runit import look

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from glctl.paths import Root
    from glctl.services.catalog import Service
    from glctl.settings.platform import Program

RECORD = f"{STATE_DIR}/supervisor"  # pid and start time of the runsvdir that glctl started; also the lock
MARKER = "GLCTL_SUPERVISES"  # environment variable of all that runs under it: names the service directory
TIMEOUT = 10.0  # seconds; runsvdir looks every 5, waits 1 for a directory that has just changed

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # of all services
# runsvdir keeps the last complaints of its runsv processes in this argument, where ps shows them.
LOG = "log: " + "." * 395
_POLL = 0.02
_LOOK_AGAIN = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Supervisor:
    """The runsvdir of a root; *fresh* where :func:`ensure` has just started it."""

    process: Process
    fresh: bool = False

    @property
    def complaints(self) -> str:
        """The last words of its runsv processes, such as ``runsv nginx: fatal: unable to start ./run …``."""
        arguments = command_line(self.process.pid)
        return arguments[-1].removeprefix("log: ").strip(". \n") if _keeps_log(arguments) else ""

    def look_again(self) -> None:
        """Have it look at its directory now instead of within 5 seconds.

        No signal does that. It does look when something arrives for its log, which it reads through a pipe
        from itself; a dot is what it writes there of its own accord.
        """
        if not _keeps_log(command_line(self.process.pid)):
            return
        with suppress(OSError):
            pipe = os.open(f"/proc/{self.process.pid}/fd/2", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                if stat.S_ISFIFO(os.fstat(pipe).st_mode):
                    os.write(pipe, b".")
            finally:
                os.close(pipe)


def find(root: Root) -> Supervisor | None:
    """The runsvdir that looks after this root's service directory, whoever started it."""
    with suppress(OSError, ValueError):
        pid, started = root.at(RECORD).read_text(encoding="ascii").split()
        process = read(int(pid))
        if process and process.started == int(started) and supervises(process, root):
            return Supervisor(process)
    return next((Supervisor(process) for process in everyone() if supervises(process, root)), None)


def supervises(process: Process, root: Root) -> bool:
    """Whether *process* is a runsvdir on this root's service directory."""
    if process.name != "runsvdir" or is_contained(process.pid):
        return False
    directories = [argument for argument in command_line(process.pid)[1:] if not argument.startswith("-")]
    try:
        theirs = Path(
            f"/proc/{process.pid}/cwd", directories[0]
        )  # an absolute argument replaces the first part
        return theirs.samefile(root.at(SERVICE_DIR))
    except (OSError, IndexError):
        return False


def owner_problem(root: Root) -> tuple[str, str] | None:
    """What is wrong about root changing what is another user's, whom it would lock out; and what to do."""
    try:
        uid = root.at(STATE_DIR).stat().st_uid
    except OSError:
        return None
    if os.geteuid() != 0 or uid == 0:
        return None
    from pwd import getpwuid

    try:
        name = getpwuid(uid).pw_name
    except KeyError:
        name = str(uid)
    return (
        f"The services below {root.path} are {name}'s, and root would take their files away from that user.",
        f"Run glctl as {name}. To give them to root: glctl down, then chown -R root: {root.path}",
    )


def ensure(root: Root, runsvdir: Program) -> Supervisor:
    """The supervisor of this root, started where none runs. Raises GlctlError.

    Where reconfigure has written a unit for it, systemd starts it. It survives the terminal and this
    process, and gives services a clean environment: AWS_CA_BUNDLE, for one, makes the registry's S3 driver
    panic.
    """
    if not root.at(SERVICE_DIR).is_dir():
        raise not_configured(root)
    try:
        with _lock(root) as record:
            if running := find(root):
                with suppress(OSError):  # it is found without
                    _note(record, running.process)
                return running
            if problem := owner_problem(root):
                raise GlctlError(*problem)
            process = _boot(root) if systemd.starts_supervisor(root) else _spawn(root, runsvdir)
            _note(record, process)
            return Supervisor(process, fresh=True)
    except GlctlError:
        if running := find(root):  # nothing needs to be written for it: this may be a read-only file system
            return running
        raise


def _note(record: IO[str], process: Process) -> None:
    """Have the record name *process*, if it does not: whoever started that may have been killed before."""
    line, descriptor = f"{process.pid} {process.started}\n".encode(), record.fileno()
    if os.pread(descriptor, len(line) + 1, 0) != line:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, line, 0)


def await_services(
    root: Root, supervisor: Supervisor, services: Iterable[Service], *, timeout: float = TIMEOUT
) -> float:
    """Wait until each service has its runsv; returns the seconds that took.

    Raises GlctlError with runsvdir's complaints where one has none in time.
    """
    begun = time.monotonic()
    missing = list(services)
    next_look = 0.0
    while True:
        missing = [service for service in missing if not look(service.directory(root)).is_supervised]
        waited = time.monotonic() - begun
        if not missing:
            return waited
        if not supervisor.process.is_alive():
            raise GlctlError(f"runsvdir (pid {supervisor.process.pid}) has ended.", "Try: glctl start")
        if waited >= timeout:
            raise GlctlError(
                f"runsvdir (pid {supervisor.process.pid}) has not started runsv for "
                f"{', '.join(service.name for service in missing)} within {timeout:.0f} s.",
                supervisor.complaints or f"Look at {missing[0].directory(root)}.",
            )
        if waited >= next_look:
            supervisor.look_again()
            next_look = waited + _LOOK_AGAIN
        time.sleep(_POLL)


def _boot(root: Root) -> Process:
    """Have systemd start it, as it does at boot."""
    systemd.start_supervisor()
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        if running := find(root):
            return running.process
        time.sleep(_POLL)
    raise GlctlError(
        f"{systemd.UNIT} is started, but runs no runsvdir.", f"See: journalctl -u {systemd.UNIT}"
    )


def _spawn(root: Root, runsvdir: Program) -> Process:
    import subprocess

    if not os.access(runsvdir.path, os.X_OK):
        raise GlctlError(f"{runsvdir.path} is not installed.", f"Run: apt-get install {runsvdir.package}")
    directory = str(root.at(SERVICE_DIR))
    # nohup and background jobs hand down ignored signals, which services would inherit: env undoes that.
    child = subprocess.Popen(
        ["/usr/bin/env", "--default-signal", runsvdir.path, "-P", directory, LOG],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": PATH, MARKER: directory},
        umask=0o022,
        start_new_session=True,
    )
    deadline = time.monotonic() + TIMEOUT
    while child.poll() is None and time.monotonic() < deadline:
        process = read(child.pid)
        if process and supervises(process, root):
            child.returncode = 0  # it is meant to outlive us: no warning when this object goes
            return process
        time.sleep(_POLL / 4)
    raise GlctlError(
        f"{runsvdir.path} ended at once (exit code {child.returncode}).", f"It was to look after {directory}."
    )


def _keeps_log(arguments: tuple[str, ...]) -> bool:
    return bool(arguments) and arguments[-1].startswith("log:")


@contextmanager
def _lock(root: Root) -> Iterator[IO[str]]:
    """The record, held so that two runs do not start two supervisors."""
    path = root.at(RECORD)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except PermissionError as exc:
        raise GlctlError(
            f"This user may not start services: no permission for {exc.filename}.",
            "Run glctl as root, or as the user whose directory it is.",
        ) from exc
    except OSError as exc:
        reason = (exc.strerror or str(exc)).lower()
        raise GlctlError(
            f"runsvdir cannot be started: {exc.filename} could not be written: {reason}.",
            f"glctl notes there what it has started. Make {path.parent} writable.",
        ) from exc
    with os.fdopen(descriptor, "r+", encoding="ascii") as record:
        fcntl.flock(record, fcntl.LOCK_EX)
        yield record
