"""Starts real servers for tests, each on free loopback ports and under a folder of the test's own.

Every server is a context manager: ready when entered, gone when left. Tests import this module by its name.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from glctl.clients import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from glctl.secret import Secret

TOOLS = Path(__file__).parents[2] / ".tools"  # chronyd, from scripts/setup
STORES = TOOLS / "stores"  # object stores, from scripts/setup faults
# Nothing of the caller's environment: AWS_CA_BUNDLE, for one, makes the registry's S3 driver panic.
CLEAN_ENVIRONMENT = {
    "PATH": f"{TOOLS}:{STORES}/bin:{STORES}/node_modules/.bin:"
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C",
}

ISSUER = "omnibus-gitlab-issuer"
SERVICE = "container_registry"
REALM = "https://gitlab.example.com/jwt/auth"  # where clients get a token; no test asks there


def program(name: str) -> str:
    """Path of an installed program; the test is skipped where it is missing."""
    path = shutil.which(name, path=CLEAN_ENVIRONMENT["PATH"])
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A loopback port that nothing uses just now."""
    return free_ports(1, kind)[0]


def free_ports(count: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> list[int]:
    """So many different loopback ports that nothing uses just now.

    Below those that the kernel gives to whoever asks for any (ip_local_port_range): a service that is down
    for a moment would else find its port taken by a connection of somebody else.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.SystemRandom().randrange(10_240, 32_768)
        with socket.socket(socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found += [port] * (port not in found)
    return found


def wait_until(condition: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    """Poll *condition* until it holds; fails the test, saying *what* did not happen, when time is up."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


def accepts(port: int) -> bool:
    """Whether something listens on a loopback TCP port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def running(
    command: list[str], log: Path, ready: Callable[[], object], environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in the foreground: *ready* when entered, ended by its pid when left. It writes to *log*.

    *environment* is added to CLEAN_ENVIRONMENT.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**CLEAN_ENVIRONMENT, **(environment or {})},
        )
    try:
        wait_until(lambda: process.poll() is not None or ready(), f"{command[0]} is up (log: {log})")
        if process.poll() is not None:
            pytest.fail(f"{command[0]} ended with {process.returncode}: {log.read_text()[-2000:]}")
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def chronyd(folder: Path, *, synchronised: bool = True, ahead: int = 0) -> Iterator[str]:
    """An NTP server, *ahead* of this machine's clock by so many seconds; yields its ``host:port``."""
    port = free_port(socket.SOCK_DGRAM)
    settings = [
        f"port {port}",
        "bindaddress 127.0.0.1",
        "allow 127.0.0.0/8",
        "cmdport 0",
        "bindcmdaddress /",  # else the socket of the machine's own chronyd would be replaced
        f"pidfile {folder}/chrony.pid",
        f"user {pwd.getpwuid(os.geteuid()).pw_name}",
        *(["local stratum 3"] if synchronised else []),
    ]
    config = folder / "chrony.conf"
    config.write_text("\n".join(settings) + "\n")
    # -x leaves the machine's clock alone; -U does without root, which nothing else here needs.
    command = [program("chronyd"), "-x", "-U", "-d", "-f", str(config)]
    with running(command, folder / "chrony.log", lambda: _answers_ntp(port), faketime(ahead)):
        yield f"127.0.0.1:{port}"


@contextlib.contextmanager
def redis_server(password: str = "") -> Iterator[int]:
    """A Redis that keeps nothing, on a port of its own, which it yields."""
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    options += ["--requirepass", password] if password else []
    with tempfile.TemporaryDirectory() as folder:
        command = [program("redis-server"), *options, "--dir", folder]
        with running(command, Path(folder) / "redis.log", lambda: accepts(port)):
            yield port


def faketime(seconds: int) -> dict[str, str]:
    """Sets a process's clock off. Not with ``faketime``: we would hold its pid, not the server's."""
    if not seconds:
        return {}
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        pytest.skip("faketime is not installed")
    return {"LD_PRELOAD": str(library), "FAKETIME": f"{seconds:+d}"}


def _answers_ntp(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.settimeout(0.2)
        try:
            probe.connect(("127.0.0.1", port))
            probe.send(bytes([4 << 3 | 3]) + bytes(47))  # an empty request: version 4, client
            return len(probe.recv(64)) == 48
        except OSError:
            return False


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry that runs, with Omnibus's settings for tokens, health and deletion."""

    url: str
    debug_url: str
    storage: Path
    key: Secret
    config: Path
    log: Path


@contextlib.contextmanager
def docker_registry(
    folder: Path, key: Secret | None = None, *, realm: str = REALM, driver: Mapping[str, object] | None = None
) -> Iterator[Registry]:
    """Debian's registry with token auth and a debug server; images in *folder*, or where *driver* says."""
    key = key or keys.generate_key(bits=2048)
    port, debug_port = free_ports(2)
    certificate, storage, config = folder / "registry.crt", folder / "storage", folder / "config.yml"
    certificate.write_text(keys.certify(key, time.time() - 3600))
    storage.mkdir()
    token = {"realm": realm, "service": SERVICE, "issuer": ISSUER}
    settings = {
        "version": 0.1,
        "log": {"level": "info", "formatter": "text"},
        "storage": {
            **(driver or {"filesystem": {"rootdirectory": str(storage)}}),
            "delete": {"enabled": True},
        },
        "http": {
            "addr": f"127.0.0.1:{port}",
            "secret": "0" * 128,
            "debug": {"addr": f"127.0.0.1:{debug_port}", "prometheus": {"enabled": True, "path": "/metrics"}},
        },
        "health": {"storagedriver": {"enabled": True, "interval": "10s", "threshold": 3}},
        "auth": {"token": {**token, "rootcertbundle": str(certificate), "autoredirect": False}},
    }
    config.write_text(yaml.safe_dump(settings))
    log = folder / "registry.log"
    command = [program("docker-registry"), "serve", str(config)]
    with running(command, log, lambda: accepts(port) and accepts(debug_port)):
        yield Registry(
            f"http://127.0.0.1:{port}", f"http://127.0.0.1:{debug_port}", storage, key, config, log
        )


@contextlib.contextmanager
def nginx(folder: Path, server: str, port: int, *, ahead: int = 0) -> Iterator[None]:
    """An nginx whose one ``server`` block holds the directives *server*, and listens on *port*.

    Its clock is *ahead* of this machine's by so many seconds.
    """
    temporary = [
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    lines = [
        *(["user root;"] if os.geteuid() == 0 else []),
        f"daemon off; pid {folder}/nginx.pid; error_log stderr; events {{}}",
        f"http {{ access_log off; {' '.join(temporary)}",
        f"server {{ {server} }}",
        "}",
    ]
    config = folder / "nginx.conf"
    config.write_text("\n".join(lines) + "\n")
    command = [program("nginx"), "-p", str(folder), "-c", str(config), "-e", "stderr"]
    with running(command, folder / "nginx.log", lambda: accepts(port), faketime(ahead)):
        yield
