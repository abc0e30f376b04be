"""One fault's own directory, servers and log."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LAB = Path("/tmp/registry-lab")
CASES: dict[str, Callable[[Lab], None]] = {}
DIGEST = "sha256:" + hashlib.sha256(b"glctl").hexdigest()


def case(code: str) -> Callable[[Callable[[Lab], None]], Callable[[Lab], None]]:
    def register(function: Callable[[Lab], None]) -> Callable[[Lab], None]:
        CASES[code] = function
        return function

    return register


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextlib.contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield sock.getsockname()[1]


class Lab:
    """One fault's own directory, and the log that its servers write."""

    def __init__(self) -> None:
        self.port = free_port()
        self.storage = LAB / "storage"
        self.storage.mkdir(mode=0o777)
        self.storage.chmod(0o777)
        self.log = LAB / "log"
        self.log.touch()
        self.log.chmod(0o666)

    def config(self, **sections: Any) -> dict[str, Any]:
        base: dict[str, Any] = {
            "version": 0.1,
            "log": {"level": "info", "formatter": "text"},
            "storage": {"filesystem": {"rootdirectory": str(self.storage)}},
            "http": {"addr": f"127.0.0.1:{self.port}", "secret": "s" * 32},
        }
        return {**base, **sections}

    def program(self, *argv: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            clean = {"PATH": os.environ["PATH"], **(env or {})}
            return subprocess.Popen(argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=clean)

    def run(self, *argv: str, env: dict[str, str] | None = None) -> None:
        """A program that ends by itself."""
        process = self.program(*argv, env=env)
        try:
            process.wait(20)
        finally:
            process.kill()

    def written(self, config: dict[str, Any] | str, name: str = "config.yml") -> str:
        path = LAB / name
        path.write_text(config if isinstance(config, str) else yaml.safe_dump(config, sort_keys=False))
        return str(path)

    def failing(self, config: dict[str, Any] | str, **env: str) -> None:
        """A registry that does not come up."""
        self.run("docker-registry", "serve", self.written(config), env=env)

    @contextlib.contextmanager
    def registry(
        self, *before: str, port: int = 0, env: dict[str, str] | None = None, **sections: Any
    ) -> Iterator[None]:
        """A registry that is up; *before* is a command prefix such as ``chpst -u nobody``."""
        name = f"config-{port}.yml"
        process = self.program(
            *before, "docker-registry", "serve", self.written(self.config(**sections), name), env=env
        )
        deadline = time.monotonic() + 10
        while True:
            with (
                contextlib.suppress(OSError),
                socket.create_connection(("127.0.0.1", port or self.port), 0.2),
            ):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self.log.read_text())
            time.sleep(0.05)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)

    def request(
        self, method: str, path: str, body: bytes | None = None, token: str = "", port: int = 0
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response

    def upload(self, body: bytes = b"glctl", path: str = "/v2/group/project/blobs/uploads/") -> int:
        """A blob pushed in one PATCH; returns the status that ended it."""
        started = self.request("POST", path)
        if started.status != 202:
            return started.status
        location = started.headers["Location"].partition(f":{self.port}")[2]
        patched = self.request("PATCH", location, body)
        if patched.status != 202:
            return patched.status
        location = patched.headers["Location"].partition(f":{self.port}")[2]
        digest = hashlib.sha256(body).hexdigest()
        return self.request("PUT", f"{location}&digest=sha256:{digest}").status
