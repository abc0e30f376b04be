"""A sandbox for the benchmarks: a root with a running registry behind nginx, on free loopback ports."""

from __future__ import annotations

import shutil
import socket
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from timing import GLCTL, run

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A root, and the ports of its registry and of nginx."""

    root: Path
    registry: int
    nginx: int
    base: str

    def write(self, *lines: str) -> None:
        """Write gitlab.rb: what this sandbox needs, and *lines*."""
        self.at("/etc/gitlab/gitlab.rb").write_text("\n".join((self.base, *lines, "")))

    def at(self, path: str) -> Path:
        """Where an absolute path lies in this root."""
        return self.root / path.lstrip("/")

    def glctl(self, *arguments: str) -> list[str]:
        """The command line of a glctl on this root."""
        return [GLCTL, "--root", str(self.root), *arguments]


@contextmanager
def converged() -> Iterator[Sandbox]:
    """A sandbox in which reconfigure has nothing to do."""
    root = Path(tempfile.mkdtemp(prefix="glctl-bench-"))
    root.chmod(0o755)
    registry, debug, nginx, status = _free_ports(4)
    base = (
        "external_url 'https://gitlab.example.com'\n"
        f"registry_external_url 'http://127.0.0.1:{nginx}'\n"
        f"registry['registry_http_addr'] = '127.0.0.1:{registry}'\n"
        f"registry['debug_addr'] = '127.0.0.1:{debug}'\n"
        f"nginx['status'] = {{ 'port' => {status} }}"
    )
    sandbox = Sandbox(root, registry, nginx, base)
    sandbox.at("/etc/gitlab").mkdir(parents=True)
    sandbox.write()
    try:
        if run(sandbox.glctl("reconfigure")):
            raise SystemExit("reconfigure failed in a fresh sandbox")
        yield sandbox
    finally:
        run(sandbox.glctl("down"))
        shutil.rmtree(root)


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(listener.getsockname()[1]) for listener in held]
    for listener in held:
        listener.close()
    return ports
