"""Roots for tests: a gitlab.rb on free loopback ports, and glctl run on it as a user would.

A root lies where other accounts can reach it, which pytest's own folders do not. Whatever was started under
it is ended when it is left; a process that then remains fails the test.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from servers import CLEAN_ENVIRONMENT, free_ports, program, wait_until

from glctl.clients import keys
from glctl.clients.http import Client, Exchange
from glctl.paths import CONFIG_FILE, SECRETS_FILE, SV_DIR, Root
from glctl.services import teardown
from glctl.services.runit import look
from glctl.services.usage import children

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CONFIG = "/var/opt/gitlab/registry/config.yml"
VHOST = "/var/opt/gitlab/nginx/conf/service_conf/gitlab-registry.conf"
IMAGES = "/var/opt/gitlab/gitlab-rails/shared/registry"
ENV = "/opt/gitlab/etc/registry/env"
HOST = "registry.example.com"
GLCTL = [sys.executable, "-m", "glctl"]
PROJECT = Path(__file__).parents[2]
# This checkout and the libraries that the tests themselves use, also for another interpreter.
ENVIRONMENT = {**CLEAN_ENVIRONMENT, "PYTHONPATH": f"{PROJECT}:{Path(click.__file__).parents[1]}"}
# What a test waits for at most; a bound for a slow machine, not an expectation.
PATIENT = 60.0


@dataclass
class Installation:
    """A root with its ports. *base* is what every gitlab.rb in it begins with."""

    path: Path
    registry: int
    debug: int
    nginx: int
    status: int
    scheme: str = "http"
    base: list[str] = field(default_factory=list)

    @property
    def root(self) -> Root:
        return Root(self.path)

    def at(self, path: str) -> Path:
        return self.root.at(path)

    def write(self, *lines: str) -> Path:
        """Write gitlab.rb: the base, and *lines*."""
        file = self.at(CONFIG_FILE)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([*self.base, *lines]) + "\n")
        return file

    def glctl(
        self, *args: str, prefix: Sequence[str] = (), command: Sequence[str] = GLCTL, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run glctl on this root; *prefix* is put before the command.

        What was seen up is not watched then: only the tests of that need it.
        """
        watched = {"reconfigure", "rollback"} & {*args} and "--watch" not in args
        watch = ["--watch", "0"] if watched else []
        line = [*prefix, *command, "--root", str(self.path), *args, *watch]
        options = {"env": ENVIRONMENT, "timeout": PATIENT, "cwd": "/", **more}
        return subprocess.run(line, capture_output=True, text=True, check=False, **options)

    def reconfigure(self, *lines: str) -> str:
        """Write gitlab.rb and converge to it; returns what was said."""
        self.write(*lines)
        done = self.glctl("reconfigure")
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def begin(self, *args: str) -> subprocess.Popen[str]:
        """Start glctl on this root, not waiting for it."""
        command = [*GLCTL, "--root", str(self.path), *args]
        return subprocess.Popen(
            command, env=ENVIRONMENT, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def pid(self, service: str) -> int | None:
        """The main process of a service; ``registry/log`` is the registry's svlogd."""
        return look(self.at(SV_DIR) / service).pid

    def pids(self) -> dict[str, int | None]:
        """The main processes of all services."""
        return {service: self.pid(service) for service in ("registry", "nginx", "registry/log", "nginx/log")}

    def restarted(self, before: dict[str, int | None]) -> set[str]:
        """Which services have other processes than *before*."""
        return {service for service, pid in self.pids().items() if pid != before[service]}

    def workers(self) -> set[int]:
        """nginx's child processes."""
        return set(children(self.pid("nginx") or 0))

    def ask(self, port: int, scheme: str = "http", path: str = "/v2/") -> Exchange:
        """Ask for /v2/ as a client does, at one of our ports."""
        with Client(connect_to={(HOST, port): ("127.0.0.1", port)}, verify=False) as client:
            return client.request("GET", f"{scheme}://{HOST}:{port}{path}")

    def listing(self, *, but: Sequence[str] = ()) -> dict[str, tuple[Any, ...]]:
        """Everything below the root by path: kind and mode, owners, inode, time stamp, content.

        What a running service writes (logs, supervise) and what *but* names is left out.
        """
        found = {}
        for path in sorted(self.path.rglob("*")):
            name = str(path.relative_to(self.path))
            if "/supervise" in name or name.startswith("var/log/") or name in but:
                continue
            found[name] = _about(path)
        return found

    def members(self) -> list[str]:
        """The processes that belong to this root."""
        return [f"{process.name} {process.pid}" for process in teardown.members(Root(self.path))]

    def end(self) -> None:
        """End all that runs here."""
        self.glctl("down")
        deadline = time.monotonic() + PATIENT
        while left := teardown.members(Root(self.path)):
            if time.monotonic() > deadline:
                pytest.fail(f"still running: {left}")
            for process in sorted(left, key=lambda process: process.name != "runsvdir"):
                process.send(signal.SIGKILL)


def _about(path: Path) -> tuple[Any, ...]:
    info = path.lstat()
    content = ""
    if stat.S_ISLNK(info.st_mode):
        content = str(path.readlink())
    elif stat.S_ISREG(info.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    return (oct(info.st_mode), info.st_uid, info.st_gid, info.st_ino, info.st_mtime_ns, content)


@contextlib.contextmanager
def installation(
    scheme: str = "http",
    *,
    folder: str = "root",
    account: str = "nobody:nogroup",
    secrets: bool = True,
    place: Path | None = None,
) -> Iterator[Installation]:
    """A root on ports of its own, with a gitlab.rb; nothing has been run in it yet.

    *account* is whom the registry runs as where the tests are root. *secrets*: a key is there already, which
    spares the seconds that making one takes. *place*: where it is to lie, if not with other temporary files.
    """
    for name in ("docker-registry", "nginx", "runsvdir"):
        program(name)
    top = Path(tempfile.mkdtemp(prefix="glctl-test-", dir=place))
    top.chmod(0o755)
    path = top / folder
    path.mkdir()
    made = Installation(path, *free_ports(4), scheme=scheme)
    made.base = base(made, account if os.geteuid() == 0 else "")
    made.write()
    if scheme == "https":
        self_signed(made)
    if secrets:
        store_key(made)
    try:
        yield made
    finally:
        made.end()
        shutil.rmtree(top)


def base(made: Installation, account: str = "") -> list[str]:
    """What makes a gitlab.rb work on these ports, whatever else it says."""
    user, _, group = account.partition(":")
    return [
        "external_url 'https://gitlab.example.com'",
        f"registry_external_url '{made.scheme}://{HOST}:{made.nginx}'",
        f"registry['registry_http_addr'] = '127.0.0.1:{made.registry}'",
        f"registry['debug_addr'] = '127.0.0.1:{made.debug}'",
        "registry['nginx']['listen_addresses'] = ['127.0.0.1']",
        f"nginx['status'] = {{ 'listen_addresses' => ['127.0.0.1'], 'port' => {made.status} }}",
        "logrotate['enable'] = false",  # test_rotation.py has it
        *([f"registry['username'] = '{user}'", f"registry['group'] = '{group}'"] if account else []),
    ]


def store_key(made: Installation) -> None:
    """Put a small key with its certificate into the secrets file."""
    key, certificate = _pair()
    secrets = {"http_secret": "0" * 128, "internal_key": key, "internal_certificate": certificate}
    file = made.at(SECRETS_FILE)
    file.write_text(json.dumps({"registry": secrets}))
    file.chmod(0o600)


def self_signed(made: Installation) -> None:
    """A certificate for HOST where gitlab.rb looks for it."""
    folder = made.at("/etc/gitlab/ssl")
    folder.mkdir(mode=0o755)
    key, certificate = _pair()
    (folder / f"{HOST}.key").write_text(key)
    (folder / f"{HOST}.key").chmod(0o600)
    (folder / f"{HOST}.crt").write_text(certificate)


@cache
def _pair() -> tuple[str, str]:
    """A key and its certificate, the same for all tests of a process: making one takes a while."""
    key = keys.generate_key(bits=2048)
    return key.reveal(), keys.certify(key, time.time() - 3600)


def kill_when(child: subprocess.Popen[str], condition: Any, what: str) -> None:
    """``kill -9`` a glctl at the moment at which *condition* holds."""
    wait_until(lambda: condition() or child.poll() is not None, what, PATIENT)
    assert child.poll() is None, child.communicate()[0]
    child.kill()
    child.communicate()


def in_namespace(*steps: str, extra: Sequence[str] = ()) -> list[str]:
    """A prefix that runs a command in a mount namespace of its own, after the shell commands *steps*.

    The test is skipped where this machine does not let us make one.
    """
    unshare = ["unshare", "--mount", *extra]
    if os.geteuid() != 0 or subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs root and mount namespaces")
    return [*unshare, "/bin/sh", "-ec", "\n".join([*steps, 'exec "$@"']), "sh"]


def as_nobody() -> tuple[list[str], list[str]]:
    """Prefix and command with which the account nobody runs this glctl.

    Debian's own interpreter comes first: this one may lie in a home that is shut to others.
    """
    if os.geteuid() != 0:
        pytest.skip("needs two users: run the tests as root")
    prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]
    for python in ("/usr/bin/python3", sys.executable):
        command = [python, "-m", "glctl"]
        probe = [*prefix, *command, "--version"]
        if not subprocess.run(probe, env=ENVIRONMENT, cwd="/", capture_output=True, check=False).returncode:
            return prefix, command
    pytest.skip("no Python that another user may run reads this checkout")
