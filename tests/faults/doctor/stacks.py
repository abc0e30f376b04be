"""Healthy stacks by name, for faults to be made on: a real registry, nginx and runit, made by reconfigure.

Each lies in a root of its own, and is shared by all that is tried on it, one after the other.
A stack with another storage is a line in STACKS: its server is started, then ``stack`` with the lines of it.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml
from certificates import Authority
from servers import accepts, chronyd, free_ports, program, wait_until

from glctl import cli
from glctl.clients import keys
from glctl.clients.distribution import grant
from glctl.doctor.tokens import REPOSITORY
from glctl.paths import LOG_DIR, Root
from glctl.secret import Secret
from glctl.services import control, teardown
from glctl.services.catalog import NGINX, REGISTRY
from glctl.services.runit import look
from glctl.services.usage import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

HOST = "registry.example.com"
GITLAB = "https://gitlab.example.com"
AS_ROOT = os.geteuid() == 0
GITLAB_RB = """
external_url '{gitlab}'
registry_external_url '{url}'
registry['registry_http_addr'] = '127.0.0.1:{registry}'
registry['debug_addr'] = '127.0.0.1:{debug}'
registry['nginx']['listen_addresses'] = ['127.0.0.1']
nginx['status'] = {{ 'listen_addresses' => ['127.0.0.1'], 'port' => {status} }}
"""
AS_NOBODY = "registry['username'] = 'nobody'\nregistry['group'] = 'nogroup'\n"


@dataclass
class Stack:
    """A registry behind nginx, made by reconfigure in a root of its own.

    *options*: what the doctor is told of this place on every run. *authority*: whom this host trusts.
    """

    path: Path
    time_server: str
    ports: dict[str, int]
    options: tuple[str, ...] = ()
    fake: Any = None  # of a stack with GitLab's side (fake_gitlab.py), as are the next two
    gitlab_yml: Path = Path()
    front: Path = Path()  # the folder of the proxy before nginx
    store: Any = None  # the server of its bucket, of a stack with images in S3 (object_stores.py)
    store_proxy: Any = None  # before it, where one can answer instead of it
    authority: Authority = field(default_factory=lambda: Authority("Example authority"))

    @property
    def root(self) -> Root:
        return Root(self.path)

    @property
    def gitlab_rb(self) -> Path:
        return self.path / "etc/gitlab/gitlab.rb"

    @property
    def images(self) -> Path:
        return self.path / "var/opt/gitlab/gitlab-rails/shared/registry"

    @property
    def repositories(self) -> Path:
        return self.images / "docker/registry/v2/repositories"

    @property
    def config(self) -> Path:
        return self.path / "var/opt/gitlab/registry/config.yml"

    @property
    def environment(self) -> Path:
        """The directory whose files are the registry's environment variables."""
        return self.path / "opt/gitlab/etc/registry/env"

    @property
    def bundle(self) -> Path:
        return self.path / "var/opt/gitlab/registry/gitlab-registry.crt"

    @property
    def key(self) -> Path:
        return self.path / "var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"

    @property
    def vhost(self) -> Path:
        return self.path / "var/opt/gitlab/nginx/conf/service_conf/gitlab-registry.conf"

    @property
    def nginx_conf(self) -> Path:
        return self.path / "var/opt/gitlab/nginx/conf/nginx.conf"

    @property
    def log(self) -> Path:
        return self.path / f"{LOG_DIR[1:]}/registry/current"

    @property
    def url(self) -> str:
        """The registry itself, past nginx."""
        return f"http://127.0.0.1:{self.ports['registry']}"

    def token(self, *actions: str) -> Secret:
        """What GitLab would give a client for *actions* on the doctor's repository."""
        settings = yaml.safe_load(self.config.read_text())["auth"]["token"]
        return keys.sign_token(
            keys.read_private_key(Secret(self.key.read_text()), str(self.key)),
            issuer=settings["issuer"],
            audience=settings["service"],
            subject="somebody",
            access=[grant(REPOSITORY, *actions)],
            now=time.time(),
        )

    def run_script(self, service: str) -> Path:
        return self.path / f"opt/gitlab/sv/{service}/run"

    def glctl(self, *args: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one command line."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(["--root", str(self.path), *args])
        return code, out.getvalue(), err.getvalue()

    def doctor(self, *args: str) -> dict[str, Any]:
        """The doctor's report; by the stack's own time server, unless another is named."""
        ntp = () if "--ntp-server" in args else ("--ntp-server", self.time_server)
        code, out, err = self.glctl("doctor", "--format", "json", *self.options, *ntp, *args)
        assert out, f"the doctor reports nothing: {err}"
        report = json.loads(out)
        assert code == (not report["ok"]), err
        return report

    def require_well(self, *args: str, but: tuple[str, ...] = ()) -> dict[str, Any]:
        """Nothing is wrong *but* what a file that was edited by hand shows of itself."""
        report = self.doctor(*args)
        assert report["root_causes"] == [*but], told(report)
        assert report["ok"]
        return report

    def restart(self) -> None:
        """Restart the registry and wait until it answers."""
        assert control.act(REGISTRY.directory(self.root), control.RESTART).ok
        self.wait_for("registry")

    def start_in_vain(self, words: bytes) -> None:
        """Start the registry, and wait until its log says why it ended again."""
        before = self.log.stat().st_size
        control.send(REGISTRY.directory(self.root), control.START)
        wait_until(lambda: words in self.log.read_bytes()[before:], f"the log has {words!r}")

    def wait_for(self, name: str) -> None:
        wait_until(lambda: accepts(self.ports[name]), f"{name} listens")

    def forget_logs(self) -> None:
        """Empty the logs: what a fault left there counts for some time, unless a check disproves it."""
        for path in (self.path / LOG_DIR[1:]).rglob("*"):
            if path.name == "current" or path.suffix == ".log":
                os.truncate(path, 0)

    def reload_nginx(self) -> None:
        directory = NGINX.directory(self.root)
        pid = look(directory).pid
        assert pid
        old = set(children(pid))
        assert control.act(directory, control.reload(NGINX, directory)).ok
        wait_until(lambda: old.isdisjoint(children(pid)), "the old workers, which still accept, have ended")


def told(report: dict[str, Any]) -> str:
    """A report, for the message of a failed assertion."""
    checks = [f"{check['name']}: {check['outcome']}, {check['because']}" for check in report["checks"]]
    return json.dumps(report["findings"], indent=1) + "\n" + "\n".join(checks)


@contextlib.contextmanager
def stack(
    lines: str = "",
    *,
    without: str = "",
    scheme: str = "http",
    options: tuple[str, ...] = (),
    ports: Mapping[str, int] = MappingProxyType({}),
    gitlab: str = GITLAB,
    url: str = "",
) -> Iterator[Stack]:
    """A stack, up and well when entered; on *ports*, else free ones.

    Its gitlab.rb has these *lines* added, and those left out that hold *without*.
    *gitlab* and *url* are the public addresses of GitLab and of the registry.
    """
    for name in ("docker-registry", "nginx", "runsvdir"):
        program(name)
    folder = Path(tempfile.mkdtemp(prefix="glctl-doctor-"))
    folder.chmod(0o755)
    clock = folder / "clock"
    clock.mkdir()
    path = folder / "root"
    (path / "etc/gitlab").mkdir(parents=True)
    ports = {**dict(zip(("registry", "debug", "nginx", "status"), free_ports(4), strict=True)), **ports}
    url = url or f"{scheme}://{HOST}:{ports['nginx']}"
    text = GITLAB_RB.format(gitlab=gitlab, url=url, **ports) + (AS_NOBODY if AS_ROOT else "")
    kept = [line for line in text.splitlines() if not without or without not in line]
    (path / "etc/gitlab/gitlab.rb").write_text("\n".join([*kept, lines, ""]))
    with chronyd(clock) as time_server:
        made = Stack(path, time_server, ports, options)
        if scheme == "https":
            _install_certificate(path / "etc/gitlab", made.authority)
        try:
            code, _, err = made.glctl("reconfigure")
            assert code == 0, err
            made.require_well("--write")  # from here on there are images, as on any stack that is used
            yield made
        finally:
            teardown.down(made.root)
            shutil.rmtree(folder)


def _install_certificate(etc: Path, authority: Authority) -> None:
    """A pair for the registry's name, of an *authority* that this host trusts as an administrator lets it."""
    pair = authority.issue(HOST)
    (etc / "ssl").mkdir()
    (etc / "ssl" / f"{HOST}.crt").write_text(pair.chain)
    (etc / "ssl" / f"{HOST}.key").touch(0o600)
    (etc / "ssl" / f"{HOST}.key").write_text(pair.key)
    (etc / "trusted-certs").mkdir()
    (etc / "trusted-certs" / "authority.crt").write_text(authority.certificate)


def _with_gitlab() -> AbstractContextManager[Stack]:
    from fake_gitlab import with_gitlab  # which imports this module

    return with_gitlab()


def _in_s3(name: str, **how: Any) -> AbstractContextManager[Stack]:
    import object_stores  # which imports this module

    made: AbstractContextManager[Stack] = getattr(object_stores, name)(**how)
    return made


STACKS: dict[str, Callable[[], AbstractContextManager[Stack]]] = {
    "filesystem": stack,
    "https": partial(stack, scheme="https"),
    "json logs": partial(stack, "registry['log_formatter'] = 'json'"),
    "every address": partial(stack, without="registry['nginx']['listen_addresses']"),
    "without nginx": partial(stack, "nginx['enable'] = false\nregistry['nginx']['enable'] = false"),
    "gitlab": _with_gitlab,
    "moto": partial(_in_s3, "with_moto"),
    "moto behind a proxy": partial(_in_s3, "with_moto", behind_proxy=True),
    "seaweedfs": partial(_in_s3, "with_weed"),
    "swift": partial(_in_s3, "with_swift"),
    "seaweedfs behind a proxy": partial(_in_s3, "with_weed", behind_proxy=True),
}


class Stacks(contextlib.AbstractContextManager["Stacks"]):
    """Stacks that are made when first asked for, and all taken down at the end."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[Stack, contextlib.ExitStack]] = {}

    def __getitem__(self, name: str) -> Stack:
        if name not in self._made:
            ending = contextlib.ExitStack()
            self._made[name] = ending.enter_context(STACKS[name]()), ending
        return self._made[name][0]

    def drop(self, name: str) -> None:
        """Take a stack down, which is no longer well: the next who asks gets a new one."""
        if made := self._made.pop(name, None):
            made[1].close()

    def __exit__(self, *_: object) -> None:
        while self._made:
            self.drop(next(iter(self._made)))
