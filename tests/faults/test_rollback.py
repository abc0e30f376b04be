"""The ways in which a new configuration does not come up: the old one is serving again, and how soon.

Real services, one root for all. A client asks all the while, every 10 ms, through nginx. For how long it had
no good answer stands in docs/reliability.md; GLCTL_WRITE_TABLE=1 in the environment makes that table anew.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from roots import CONFIG, ENVIRONMENT, HOST, PROJECT, Installation, installation
from servers import free_ports, program, wait_until

from glctl.clients import keys
from glctl.clients.distribution import grant, start_upload
from glctl.clients.http import Client
from glctl.paths import CONFIG_FILE, SECRETS_FILE
from glctl.secret import Secret
from glctl.services.processes import command_line, everyone

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
DOCUMENT = PROJECT / "docs" / "reliability.md"
BEGIN, END = "<!-- rollback: begin -->", "<!-- rollback: end -->"
WARN = "registry['log_level'] = 'warn'"
NAME = "registry['env'] = { 'A_NAME' => 'value' }"
DISK = (WARN, NAME)
UNMANAGED = "manage_storage_directories['enable'] = false"
TLS = "registry['nginx']['listen_https'] = true"
BEFORE, AFTER = "before anything was written", "afterwards"


@dataclass
class Place:
    """A running root, and what the faults need around it. *rows*: what goes into the table."""

    host: Installation
    faults: Path
    command: list[str]
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def reconfigure(self, *args: str, prefix: tuple[str, ...] = ()) -> Any:
        return self.host.glctl("reconfigure", *args, prefix=prefix, command=self.command)


@dataclass(frozen=True)
class Fault:
    """*lines* of gitlab.rb, with ``{folder}``, ``{port}`` and ``{taken}``; *fault*: what registry.sh does;
    *said*: words of the answer; *inject*: what strace makes of a system call of glctl.
    """

    way: str
    lines: tuple[str, ...]
    found: str
    said: str
    fault: str = "none"
    inject: str = ""


def storage(of: str) -> str:
    return f"registry['storage'] = {{ {of} }}"


def files(directory: str) -> str:
    return storage(f"'filesystem' => {{ 'rootdirectory' => '{directory}' }}")


FAULTS = (
    Fault(
        "storage driver that is not compiled in", (storage("'gcs' => { 'bucket' => 'b' }"),), BEFORE, "'gcs'"
    ),
    Fault(
        "redirect of a wrong type",
        (storage("'filesystem' => { 'rootdirectory' => '/i' }, 'redirect' => { 'disable' => 'maybe' }"),),
        BEFORE,
        "redirect",
    ),
    Fault(
        "storage that may not be written to", (UNMANAGED, files("{folder}/closed")), BEFORE, "cannot write in"
    ),
    Fault("storage below a file", (UNMANAGED, files("{folder}/file/images")), BEFORE, "may not pass through"),
    Fault(
        "object store that nobody answers for",
        (
            storage(
                "'s3' => { 'accesskey' => 'a', 'secretkey' => 'b', 'bucket' => 'b', 'region' => 'us-east-1',"
                " 'regionendpoint' => 'http://127.0.0.1:{port}' }"
            ),
        ),
        BEFORE,
        "S3",
    ),
    Fault(
        "environment that names another driver",
        ("registry['env'] = { 'REGISTRY_STORAGE' => 'no' }",),
        BEFORE,
        "no",
    ),
    Fault(
        "certificates for tokens that are unreadable",
        ("registry['rootcertbundle'] = '{folder}/closed/crt'",),
        BEFORE,
        "permission denied",
    ),
    Fault(
        "key of another certificate for tokens",
        (
            "registry['internal_key'] = File.read('{folder}/other.key')",
            "registry['internal_certificate'] = File.read('{folder}/its.crt')",
        ),
        BEFORE,
        "is not for",
    ),
    Fault(
        "nginx: certificate that is not there",
        (TLS, "registry['nginx']['ssl_certificate'] = '{folder}/none.crt'"),
        BEFORE,
        "is not there",
    ),
    Fault(
        "nginx: key of another certificate",
        (
            TLS,
            "registry['nginx']['ssl_certificate'] = '{folder}/its.crt'",
            "registry['nginx']['ssl_certificate_key'] = '{folder}/other.key'",
        ),
        BEFORE,
        "key values mismatch",
    ),
    Fault(
        "nginx: directive of one's own that is wrong",
        ("registry['nginx']['custom_gitlab_server_config'] = 'no_such_directive;'",),
        BEFORE,
        "no_such_directive",
    ),
    Fault(
        "nginx: address of another machine",
        ("registry['nginx']['listen_addresses'] = ['192.0.2.1']",),
        BEFORE,
        "cannot be had",
    ),
    Fault(
        "port that is taken", ("registry['registry_http_addr'] = '127.0.0.1:{taken}'",), BEFORE, "is taken"
    ),
    Fault(
        "port that is taken between look and start",
        ("registry['registry_http_addr'] = '127.0.0.1:{port}'",),
        AFTER,
        "address already in use",
        fault="taken",
    ),
    Fault(
        "nginx: port that is taken between look and reload",
        ("registry['nginx']['listen_port'] = {port}", WARN),
        AFTER,
        "nginx did not come up",
        fault="taken",
    ),
    Fault("registry that ends at once", (WARN,), AFTER, "it ended ", fault="ends"),
    Fault("registry that ends after 2 s", (WARN,), AFTER, "came up, and ended within", fault="dies"),
    Fault("registry that never answers", (WARN,), AFTER, "nothing listens", fault="silent"),
    Fault(
        "nginx: reload that is refused in silence",
        (WARN, "registry['nginx']['custom_gitlab_server_config'] = 'include {folder}/extra*.conf;'"),
        AFTER,
        "its workers are still the old ones",
        fault="include",
    ),
    Fault(
        "svlogd that cannot have its directory",
        ("registry['log_directory'] = '{folder}/locked'",),
        AFTER,
        "log",
    ),
    Fault("disk full while writing", DISK, AFTER, "no space left", inject="fsync:error=ENOSPC:when=4"),
    Fault(
        "disk that fails between two files", DISK, AFTER, "output error", inject="renameat:error=EIO:when=3"
    ),
    Fault("file system that turns read-only", DISK, AFTER, "read-only", inject="renameat:error=EROFS:when=2"),
)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with installation() as host:
        made = _place(host)
        host.base.append("registry['debug_addr'] = nil")
        host.write()
        done = made.reconfigure()
        assert done.returncode == 0, done.stderr
        yield made
    if os.environ.get("GLCTL_WRITE_TABLE"):
        _write(made.rows)


def _place(host: Installation) -> Place:
    """The registry's stand-in, and files and directories that some faults name."""
    faults = host.path.parent / "faults"
    faults.mkdir()
    faults.chmod(0o777)  # the registry on trial writes there, too
    (faults / "fault").write_text("none")
    wrapper = faults / "docker-registry"
    wrapper.write_text((HERE / "registry.sh").read_text().replace("@FAULTS@", str(faults)))
    wrapper.chmod(0o755)
    folder = host.path / "faults"  # what gitlab.rb names lies below the root
    (folder / "closed").mkdir(parents=True, mode=0o700)
    (folder / "closed/crt").touch()
    (folder / "file").touch()
    (folder / "locked").mkdir()
    key = keys.generate_key(bits=2048)
    (folder / "its.crt").write_text(keys.certify(key, time.time() - 60))
    (folder / "other.key").write_text(keys.generate_key(bits=2048).reveal())
    return Place(host, faults, [sys.executable, str(HERE / "launcher.py"), str(wrapper)])


@pytest.mark.skipif(os.geteuid() != 0, reason="root gives the registry an account of its own")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.way.replace(" ", "-"))
def test_the_old_configuration_is_serving_again(place: Place, fault: Fault) -> None:
    host = place.host
    port, taken = free_ports(2)
    lines = [line.replace("{port}", str(port)).replace("{taken}", str(taken)) for line in fault.lines]
    host.write(*(line.replace("{folder}", _folder(place, line)) for line in lines))
    before, pids = contents(host), host.pids()
    (place.faults / "fault").write_text(fault.fault)
    with contextlib.ExitStack() as stack:
        stack.callback(_tidy, place)
        if "{taken}" in "".join(fault.lines):
            stack.enter_context(socket.create_server(("127.0.0.1", taken)))
        if fault.fault == "taken":
            stack.enter_context(_taken_on_trial(place, port))
        if "locked" in "".join(fault.lines):
            stack.enter_context(_locked(host.path / "faults/locked/lock"))
        client = stack.enter_context(_Client(host.nginx))
        done = place.reconfigure("--watch", "3", prefix=_strace(fault.inject))
    said = done.stdout + done.stderr
    assert done.returncode in ((1, 2) if fault.found == BEFORE else (1,)), (
        said
    )  # 2: gitlab.rb itself is refused
    assert fault.said in done.stderr.lower() or fault.said in done.stderr, said
    assert ("previous files are back" in done.stderr) == (fault.found == AFTER), said
    assert contents(host) == before
    assert host.ask(host.nginx).status == 401
    if fault.found == BEFORE:
        assert (host.pids(), client.refused) == (pids, 0.0)
    host.write()
    assert "Nothing to do" in place.reconfigure().stdout
    place.rows.append((fault.way, fault.found, f"{client.refused:.1f} s" if client.refused else "–"))


def test_a_change_of_nginx_refuses_no_request(place: Place) -> None:
    place.host.write("registry['nginx']['hsts_max_age'] = 5")
    with _Client(place.host.nginx) as client:
        done = place.reconfigure("--watch", "0.3")
    assert "nginx reloaded" in done.stdout, done.stderr
    assert client.refused == 0.0
    place.host.write()
    assert place.reconfigure("--watch", "0").returncode == 0


def test_requests_under_way_are_announced_and_waited_for(place: Place) -> None:
    host = place.host
    with contextlib.closing(socket.create_connection(("127.0.0.1", host.registry))):
        host.write("registry['log_level'] = 'error'")
        said = place.reconfigure("--watch", "0", "--drain", "0.2").stderr
    assert "1 request to the registry under way; waiting up to 0.2 s." in said
    assert "1 request to the registry cut." in said
    host.write()
    assert place.reconfigure("--watch", "0").returncode == 0


def test_a_storage_that_was_pushed_to_is_not_taken_back(place: Place) -> None:
    host = place.host
    (host.path / "faults/images").mkdir()
    (host.path / "faults/images").chmod(0o777)
    host.write(WARN, UNMANAGED, files(f"{host.path}/faults/images"))
    (place.faults / "fault").write_text("dies")
    before = host.pid("registry")
    with contextlib.ExitStack() as stack:
        stack.callback(_tidy, place)
        stack.enter_context(_pushing(host, lambda: host.pid("registry") not in (before, None)))
        done = place.reconfigure("--watch", "3")
    assert done.returncode == 1
    assert "registry came up, and ended within" in done.stderr
    assert "writing request" in done.stderr
    assert "previous files are back" not in done.stderr
    assert b"level: warn" in host.at(CONFIG).read_bytes()
    # It is for the administrator to decide: to go on with it, mended, or to go back all the same.
    assert place.reconfigure("--watch", "0").returncode == 0
    host.write()
    assert place.reconfigure("--watch", "0").returncode == 0
    assert host.ask(host.nginx).status == 401


@contextlib.contextmanager
def _pushing(host: Installation, begins: Any) -> Iterator[None]:
    """Begins an upload as soon as *begins* holds and the registry takes it."""
    secrets = json.loads(host.at(SECRETS_FILE).read_text())["registry"]
    token = keys.sign_token(
        keys.read_private_key(Secret(secrets["internal_key"]), "key"),
        issuer="omnibus-gitlab-issuer",
        audience="container_registry",
        access=[grant("a/b", "pull", "push")],
        now=time.time(),
    )

    def push() -> None:
        wait_until(begins, "the new registry is there", 60)
        with Client() as client:
            base = f"http://127.0.0.1:{host.registry}"
            wait_until(lambda: start_upload(client, base, "a/b", token).location, "it takes a push", 60)

    thread = threading.Thread(target=push)
    thread.start()
    yield
    thread.join()


def test_a_killed_run_takes_its_trial_with_it(place: Place) -> None:
    host = place.host
    host.write(WARN)
    (place.faults / "fault").write_text("taken")  # the trial waits, and so does the run
    command = [*place.command, "--root", str(host.path), "reconfigure"]
    before = contents(host)
    with contextlib.ExitStack() as stack:
        stack.callback(_tidy, place)
        run = subprocess.Popen(command, env=ENVIRONMENT, cwd="/", stderr=subprocess.DEVNULL)
        wait_until((place.faults / "trial").exists, "the registry is on trial", 60)
        assert _on_trial(place)
        run.kill()
        run.wait()
        wait_until(lambda: not _on_trial(place), "the trial has ended, too")
    assert contents(host) == before
    host.write()
    assert "Nothing to do" in place.reconfigure().stdout


def _on_trial(place: Place) -> list[int]:
    wrapper = place.command[-1]
    lines = {process.pid: command_line(process.pid) for process in everyone()}
    return [pid for pid, line in lines.items() if wrapper in line and line[-1].startswith("/proc/self/fd/")]


def _folder(place: Place, line: str) -> str:
    """Where the line's files lie: the includes of nginx are written by the registry on trial."""
    return str(place.faults if "include" in line else place.host.path / "faults")


def _tidy(place: Place) -> None:
    (place.faults / "fault").write_text("none")
    for name in ("trial", "go", "extra.conf"):
        (place.faults / name).unlink(missing_ok=True)


def _strace(inject: str) -> tuple[str, ...]:
    if not inject:
        return ()
    call = inject.partition(":")[0]
    return (program("strace"), "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={inject}")


@contextlib.contextmanager
def _taken_on_trial(place: Place, port: int) -> Iterator[None]:
    """*port* is free when glctl looks, and taken once the registry is on trial."""
    with contextlib.ExitStack() as held:

        def take() -> None:
            wait_until((place.faults / "trial").exists, "the registry is on trial", 60)
            held.enter_context(socket.create_server(("127.0.0.1", port)))
            (place.faults / "go").touch()

        thread = threading.Thread(target=take)
        thread.start()
        yield
        thread.join()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Held as svlogd holds the lock of its directory."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class _Client:
    """Asks nginx for /v2/ all the while; *refused*: for how many seconds it had no good answer."""

    def __init__(self, port: int) -> None:
        self.refused = 0.0
        self._port = port
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._ask_on)

    def __enter__(self) -> _Client:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _ask_on(self) -> None:
        since: float | None = None
        while not self._over.is_set():
            now = time.monotonic()
            if not self._answers():
                since = since or now
            elif since:
                self.refused += now - since
                since = None
            time.sleep(0.01)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2)
        try:
            connection.request("GET", "/v2/", headers={"Host": HOST})
            return connection.getresponse().status == 401
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def contents(host: Installation) -> dict[str, tuple[Any, ...]]:
    """Kind and mode, owners and content of all that glctl manages, but not gitlab.rb."""
    left_out = ("var/opt/gitlab/glctl/lock", CONFIG_FILE[1:], "faults")
    return {
        name: (*about[:3], about[5])
        for name, about in host.listing().items()
        if not name.startswith(left_out) and "_temp" not in name
    }


def _write(rows: list[tuple[str, str, str]]) -> None:
    table = [
        "| new configuration | found | not serving |",
        "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    document = DOCUMENT.read_text()
    begin, end = document.index(BEGIN) + len(BEGIN), document.index(END)
    DOCUMENT.write_text(f"{document[:begin]}\n" + "\n".join(table) + f"\n{document[end:]}")
