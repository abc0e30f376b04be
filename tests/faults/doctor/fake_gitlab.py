"""A stack with GitLab's side: gitlab.yml, a token service, and a proxy before nginx, as a load balancer is.

The token service is a fake, since GitLab cannot be had in a test: it answers as GitLab's documents and code
say (``/jwt/auth``), and signs with the registry's key, so that the real registry judges its tokens.
gitlab.yml is written as Omnibus does. The proxy is a real nginx.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import signal
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from servers import accepts, free_ports, nginx, program, running, wait_until
from stacks import AS_ROOT, Stack, stack
from ways import replaced, setting

from glctl.clients import keys
from glctl.clients.distribution import grant
from glctl.secret import Secret
from glctl.services.usage import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

USER, PASSWORD = "alice", "glpat-example"
DENIED = {"code": "DENIED", "message": "access forbidden"}
UNAUTHORIZED = {
    "code": "UNAUTHORIZED",
    "message": "HTTP Basic: Access denied. If a password was provided for Git authentication, the password "
    "was incorrect or you're required to use a token instead of a password. If a token was provided, it was "
    "either incorrect, expired, or improperly scoped.",
}
_GITLAB_YML = """
production: &base
  registry:
    enabled: true
    host: localhost
    port: {front}
    api_url: http://127.0.0.1:{registry}
    key: /var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key
    issuer: omnibus-gitlab-issuer
"""
_FRONT = """
listen 127.0.0.1:{front};
client_max_body_size 0;
location / {{
  proxy_set_header Host $http_host;
  proxy_http_version 1.1;
  proxy_request_buffering off;
  proxy_pass http://127.0.0.1:{nginx};
}}
"""


@dataclass
class FakeGitLab:
    """How the fake answers; faults change it. *answer* (status, content type, body) instead of any answer."""

    issuer: str = "omnibus-gitlab-issuer"
    ahead: int = 0  # seconds by which its clock is ahead
    key: Secret | None = None
    key_file: Path = field(default_factory=Path)
    rights: tuple[str, ...] = ("pull", "push")  # what the user may do with any image
    drops_credentials: bool = False
    answer: tuple[int, str, bytes] | None = None
    location: str = ""
    failed_logins: int = 0
    url: str = ""


@contextlib.contextmanager
def with_gitlab() -> Iterator[Stack]:
    """The stack; its ``fake``, ``gitlab_yml`` and ``front`` are set."""
    front, behind = free_ports(2)
    with (
        fake_gitlab() as fake,
        tempfile.TemporaryDirectory() as folder,
        nginx(Path(folder), _FRONT.format(front=front, nginx=behind), front),
    ):
        lines = f"registry['nginx']['listen_port'] = {behind}\n"
        with stack(lines, ports={"nginx": behind}, gitlab=fake.url, url=f"http://localhost:{front}") as made:
            made.fake = fake
            fake.key_file = made.key
            made.front = Path(folder)
            made.gitlab_yml = made.path / "var/opt/gitlab/gitlab-rails/etc/gitlab.yml"
            made.gitlab_yml.write_text(_GITLAB_YML.format(front=front, registry=made.ports["registry"]))
            made.require_well("--write")
            yield made


@contextlib.contextmanager
def front_runs_with(stack: Stack, *changes: tuple[str, str]) -> Iterator[None]:
    """The proxy before nginx with replacements in its configuration."""
    config = stack.front / "nginx.conf"
    before = config.read_text()
    config.write_text(replaced(*changes)(before))
    _reload(stack.front)
    yield
    config.write_text(before)
    _reload(stack.front)


def front_leads_to(stack: Stack, *ports: int) -> AbstractContextManager[None]:
    """The proxy before nginx leading to several in turn, whether they answer or not."""
    nodes = " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in ports)
    passing = f"proxy_pass http://127.0.0.1:{stack.ports['nginx']};"
    return front_runs_with(
        stack,
        ("http {", f"http {{ upstream nodes {{ {nodes} }}"),
        (passing, "proxy_pass http://nodes; proxy_next_upstream off;"),
    )


@contextlib.contextmanager
def second_node(stack: Stack, change: Callable[[str], str]) -> Iterator[None]:
    """The proxy before nginx also leading to a second registry, with *change* made in its config.yml.

    It gets what goes on with an upload: each in turn, they would come to the same one now and then.
    """
    port, debug = free_ports(2)
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yml"
        text = change(stack.config.read_text())
        text = setting("http", "addr", value=f"127.0.0.1:{port}")(text)
        config.write_text(setting("http", "debug", "addr", value=f"127.0.0.1:{debug}")(text))
        Path(folder).chmod(0o755)
        account = [program("chpst"), "-u", "nobody"] if AS_ROOT else []
        passing = f"if ($request_method = PATCH) {{ proxy_pass http://127.0.0.1:{port}; }}"
        command = [*account, program("docker-registry"), "serve", str(config)]
        with (
            running(command, Path(folder) / "log", lambda: accepts(port)),
            front_runs_with(stack, ("location / {", f"location / {{ {passing}")),
        ):
            yield


def _reload(folder: Path) -> None:
    pid = int((folder / "nginx.pid").read_text())
    old = set(children(pid))
    os.kill(pid, signal.SIGHUP)
    wait_until(lambda: children(pid) and old.isdisjoint(children(pid)), "the proxy's old workers have ended")


@contextlib.contextmanager
def given(secret: str = PASSWORD) -> Iterator[None]:
    """Standard input that holds *secret* for every run of the doctor."""

    class Always(io.StringIO):
        def readline(self, *_: Any) -> str:
            return f"{secret}\n"

    before, sys.stdin = sys.stdin, Always()
    try:
        yield
    finally:
        sys.stdin = before


@contextlib.contextmanager
def answering(stack: Stack, **how: Any) -> Iterator[None]:
    """The fake GitLab answering otherwise."""
    before = {name: getattr(stack.fake, name) for name in how}
    for name, value in how.items():
        setattr(stack.fake, name, value)
    yield
    for name, value in before.items():
        setattr(stack.fake, name, value)


@contextlib.contextmanager
def fake_gitlab() -> Iterator[FakeGitLab]:
    """The token service on a loopback port."""
    fake = FakeGitLab()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = _answer(fake, self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            if fake.location:
                self.send_header("Location", fake.location)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()


def _answer(fake: FakeGitLab, path: str, authorization: str) -> tuple[int, str, bytes]:
    parts = urlsplit(path)
    query = parse_qs(parts.query)
    asked = {name: values[0] for name, values in query.items()}
    if fake.answer:
        return fake.answer
    if parts.path != "/jwt/auth" or asked.get("service") != "container_registry":
        return 404, "text/html", b""
    if not authorization or fake.drops_credentials:
        return _json(403, {"errors": [DENIED]})
    login = base64.b64decode(authorization.removeprefix("Basic ")).decode()
    if login != f"{USER}:{PASSWORD}":
        fake.failed_logins += 1
        return _json(401, {"errors": [UNAUTHORIZED]})
    if not fake.rights:
        return _json(403, {"errors": [DENIED]})
    return _json(200, {"token": _token(fake, query.get("scope", [])).reveal()})


def _token(fake: FakeGitLab, scopes: list[str]) -> Secret:
    access = []
    for scope in scopes:
        _, name, actions = scope.split(":")
        if granted := [action for action in actions.split(",") if action in fake.rights]:
            access.append(grant(name, *granted))
    pem = fake.key or Secret(fake.key_file.read_text())
    return keys.sign_token(
        keys.read_private_key(pem, "the fake's key"),
        issuer=fake.issuer,
        audience="container_registry",
        subject=USER,
        access=access,
        now=time.time() + fake.ahead,
    )


def _json(status: int, document: Any) -> tuple[int, str, bytes]:
    return status, "application/json; charset=utf-8", json.dumps(document).encode()
