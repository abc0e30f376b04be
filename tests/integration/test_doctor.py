"""The doctor on a real stack: well as it is, and each fault made on it found as the one root cause.

One registry behind one nginx under one runsvdir serves all tests of this file. Each fault is a context
manager: it breaks something when entered, and repairs it when left.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from servers import accepts, chronyd, free_port, free_ports, nginx, program, wait_until

from glctl import cli
from glctl.clients import keys
from glctl.paths import LOG_DIR, Root
from glctl.services import control, supervisor, teardown
from glctl.services.catalog import NGINX, REGISTRY
from glctl.services.runit import look
from glctl.services.usage import children

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from glctl.services.catalog import Service

AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root can give files away")

GITLAB_RB = """
external_url 'https://gitlab.example.com'
registry_external_url 'http://registry.example.com:{nginx}'
registry['registry_http_addr'] = '127.0.0.1:{registry}'
registry['debug_addr'] = '127.0.0.1:{debug}'
registry['nginx']['listen_addresses'] = ['127.0.0.1']
nginx['status'] = {{ 'listen_addresses' => ['127.0.0.1'], 'port' => {status} }}
"""
AS_NOBODY = "registry['username'] = 'nobody'\nregistry['group'] = 'nogroup'\n"


@dataclass
class Stack:
    """A registry behind nginx, made by reconfigure in a root of its own."""

    path: Path
    time_server: str
    ports: dict[str, int]
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Root:
        return Root(self.path)

    @property
    def images(self) -> Path:
        return self.path / "var/opt/gitlab/gitlab-rails/shared/registry"

    @property
    def config(self) -> Path:
        return self.path / "var/opt/gitlab/registry/config.yml"

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
    def log(self) -> Path:
        return self.path / f"{LOG_DIR[1:]}/registry/current"

    def glctl(self, *args: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one command line."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = cli.run(["--root", str(self.path), *args])
        return code, out.getvalue(), err.getvalue()

    def doctor(self, *args: str) -> dict[str, Any]:
        """The doctor's report; by the stack's own time server, unless another is named."""
        ntp = () if "--ntp-server" in args else ("--ntp-server", self.time_server)
        code, out, err = self.glctl("doctor", "--format", "json", *ntp, *args)
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
        control.send(REGISTRY.directory(self.root), control.START)
        wait_until(lambda: words in self.log.read_bytes(), f"the log has {words!r}")

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


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    for name in ("docker-registry", "nginx", "runsvdir"):
        program(name)
    folder = Path(tempfile.mkdtemp(prefix="glctl-doctor-"))
    folder.chmod(0o755)
    clock = folder / "clock"
    clock.mkdir()
    path = folder / "root"
    (path / "etc/gitlab").mkdir(parents=True)
    ports = dict(zip(("registry", "debug", "nginx", "status"), free_ports(4), strict=True))
    text = GITLAB_RB.format(**ports) + (AS_NOBODY if AS_ROOT else "")
    (path / "etc/gitlab/gitlab.rb").write_text(text)
    with chronyd(clock) as time_server:
        made = Stack(path, time_server, ports)
        try:
            code, _, err = made.glctl("reconfigure")
            assert code == 0, err
            made.require_well("--write")  # from here on there are images, as on any stack that is used
            yield made
        finally:
            teardown.down(made.root)
            shutil.rmtree(folder)


# --- ways to break something


@contextlib.contextmanager
def edited(path: Path, change: Callable[[str], str]) -> Iterator[None]:
    """*path* with another content, in place; owner, mode and times come back with the old content."""
    info, content = path.stat(), path.read_bytes()
    changed = change(content.decode())
    assert changed != content.decode(), f"nothing to change in {path}"
    path.write_text(changed)
    try:
        yield
    finally:
        path.write_bytes(content)
        os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))


def setting(*path: str, value: Any) -> Callable[[str], str]:
    """Sets a value of config.yml; None removes it."""

    def change(text: str) -> str:
        document = yaml.safe_load(text)
        node = document
        for key in path[:-1]:
            node = node[key]
        if value is None:
            del node[path[-1]]
        else:
            node[path[-1]] = value
        return yaml.safe_dump(document)

    return change


@contextlib.contextmanager
def registry_runs_with(stack: Stack, change: Callable[[str], str]) -> Iterator[None]:
    """The registry restarted on a changed config.yml, and at last on the old one again."""
    with edited(stack.config, change):
        stack.restart()
        yield
    stack.restart()


@contextlib.contextmanager
def registry_ends_with(stack: Stack, change: Callable[[str], str], words: bytes) -> Iterator[None]:
    """A stopped registry in a crash loop for a changed config.yml; the next try on the old one succeeds."""
    with edited(stack.config, change):
        stack.start_in_vain(words)
        yield


@contextlib.contextmanager
def nginx_runs_with(stack: Stack, *changes: tuple[str, str]) -> Iterator[None]:
    """nginx reloaded with replacements made in the registry's virtual host."""

    def change(text: str) -> str:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        return text

    with edited(stack.vhost, change):
        stack.reload_nginx()
        yield
    stack.reload_nginx()


@contextlib.contextmanager
def stopped(stack: Stack, service: Service) -> Iterator[None]:
    assert control.act(service.directory(stack.root), control.STOP).ok
    yield
    assert control.act(service.directory(stack.root), control.START).ok
    stack.wait_for(service.name)


@contextlib.contextmanager
def listener() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


@contextlib.contextmanager
def port_taken(stack: Stack, *path: str) -> Iterator[None]:
    """An address of the registry held by somebody else: by this test."""
    with listener() as port:
        change = setting(*path, value=f"127.0.0.1:{port}")
        with registry_ends_with(stack, change, b"address already in use"):
            yield


@contextlib.contextmanager
def bundle_unreadable(stack: Stack) -> Iterator[None]:
    stack.bundle.chmod(0)
    stack.start_in_vain(b"unable to open token auth root certificate bundle")
    yield
    stack.bundle.chmod(0o644)


@contextlib.contextmanager
def nginx_port_taken(stack: Stack) -> Iterator[None]:
    with stopped(stack, NGINX), socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", stack.ports["nginx"]))
        held.listen()
        yield


@contextlib.contextmanager
def supervisor_killed(stack: Stack) -> Iterator[None]:
    running = supervisor.find(stack.root)
    assert running
    running.process.send(signal.SIGKILL)
    wait_until(lambda: not running.process.is_alive(), "runsvdir ends")
    yield
    assert stack.glctl("start")[0] == 0


@contextlib.contextmanager
def everything_down(stack: Stack) -> Iterator[None]:
    assert stack.glctl("down")[0] == 0
    yield
    assert stack.glctl("start")[0] == 0
    stack.wait_for("registry")
    stack.wait_for("nginx")


@contextlib.contextmanager
def given_to_root(path: Path, mode: int | None = None) -> Iterator[None]:
    """*path* as a restore from backup leaves it."""
    info = path.stat()
    os.chown(path, 0, 0)
    path.chmod(info.st_mode & 0o777 if mode is None else mode)
    yield
    os.chown(path, info.st_uid, info.st_gid)
    path.chmod(info.st_mode & 0o7777)


@contextlib.contextmanager
def with_mode(path: Path, mode: int) -> Iterator[None]:
    before = path.stat().st_mode & 0o7777
    path.chmod(mode)
    yield
    path.chmod(before)


@contextlib.contextmanager
def moved_away(path: Path, instead: str | None = None) -> Iterator[None]:
    away = path.with_name("away")
    path.rename(away)
    if instead is not None:
        path.write_text(instead)
    yield
    path.unlink(missing_ok=True)
    away.rename(path)


@contextlib.contextmanager
def mounted(path: Path, options: str, *, fill: bool = False) -> Iterator[None]:
    """A tmpfs over *path*, the account's own; *fill*: with no room left in it."""
    owner = path.stat()
    options = f"{options},uid={owner.st_uid},gid={owner.st_gid}"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this root may not mount")
    try:
        if fill:
            with contextlib.suppress(OSError), open(path / "filler", "wb", buffering=0) as filler:
                while filler.write(bytes(4096)):
                    pass
        yield
    finally:
        # Lazily: the registry may look at it just now.
        subprocess.run(["umount", "-l", str(path)], check=True)


@contextlib.contextmanager
def another_key(stack: Stack) -> Iterator[None]:
    with edited(stack.key, lambda _: keys.generate_key(bits=2048).reveal()):
        yield


@contextlib.contextmanager
def issuer_changed(stack: Stack) -> Iterator[None]:
    """config.yml changed under a registry that runs on; what its log then says counts until a restart."""
    with edited(stack.config, setting("auth", "token", "issuer", value="somebody")):
        yield
    stack.restart()


@contextlib.contextmanager
def foreign_backend(stack: Stack) -> Iterator[None]:
    """nginx sent on to a server that is no registry."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        page = f"listen 127.0.0.1:{port}; default_type text/html; return 200 '<html>hello</html>';"
        with nginx(Path(folder), page, port), nginx_passes_to(stack, port):
            yield


def nginx_passes_to(stack: Stack, port: int) -> AbstractContextManager[None]:
    upstream = f"proxy_pass http://127.0.0.1:{stack.ports['registry']}"
    return nginx_runs_with(stack, (upstream, f"proxy_pass http://127.0.0.1:{port}"))


def header(stack: Stack, name: str, value: str) -> AbstractContextManager[None]:
    """nginx with another value of a header that it passes on."""
    line = next(
        line
        for line in stack.vhost.read_text().splitlines()
        if line.split()[:2] == ["proxy_set_header", name]
    )
    return nginx_runs_with(stack, (line, f"proxy_set_header {name} {value};"))


@contextlib.contextmanager
def tls(stack: Stack, told: str) -> Iterator[None]:
    """nginx serving https, and telling the registry that clients use *told*."""
    key = keys.generate_key(bits=2048)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "key").write_text(key.reveal())
        (Path(folder) / "crt").write_text(keys.certify(key, time.time() - 60))
        port = stack.ports["nginx"]
        listen = f"listen 127.0.0.1:{port}"
        pair = f"{listen} ssl; ssl_certificate {folder}/crt; ssl_certificate_key {folder}/key"
        proto = "proxy_set_header X-Forwarded-Proto"
        with nginx_runs_with(stack, (f"{listen};", f"{pair};"), (f"{proto} http;", f"{proto} {told};")):
            yield


# --- faults: name, what makes it, the root causes, options of the doctor

Fault = "Callable[[Stack], AbstractContextManager[None]]"


def repositories(stack: Stack) -> Path:
    return stack.images / "docker/registry/v2/repositories"


FAULTS: list[Any] = [
    pytest.param(lambda s: stopped(s, REGISTRY), "service-down", id="registry stopped"),
    pytest.param(lambda s: stopped(s, NGINX), "service-down", id="nginx stopped"),
    pytest.param(nginx_port_taken, "port-taken", id="nginx's port taken"),
    pytest.param(supervisor_killed, "supervisor-missing", id="supervisor killed"),
    pytest.param(everything_down, "supervisor-missing", id="everything down"),
    pytest.param(
        lambda s: given_to_root(s.images, 0o700),
        "storage-not-writable",
        id="images given to root",
        marks=needs_root,
    ),
    pytest.param(
        lambda s: given_to_root(repositories(s)),
        "storage-not-writable",
        id="one directory given to root",
        marks=needs_root,
    ),
    pytest.param(
        lambda s: given_to_root(repositories(s) / "glctl"),
        "storage-not-writable",
        id="one repository given to root",
        marks=needs_root,
    ),
    pytest.param(lambda s: with_mode(repositories(s), 0o555), "storage-not-writable", id="mode without w"),
    pytest.param(lambda s: moved_away(s.images), "storage-missing", id="images missing"),
    pytest.param(lambda s: moved_away(s.images, "a file"), "storage-missing", id="a file instead of images"),
    pytest.param(
        lambda s: mounted(s.images, "size=256k", fill=True), "storage-full", id="disk full", marks=needs_root
    ),
    pytest.param(
        lambda s: mounted(s.images, "nr_inodes=1"), "storage-full", id="inodes used up", marks=needs_root
    ),
    pytest.param(
        lambda s: mounted(s.images, "ro"), "storage-read-only", id="mounted read-only", marks=needs_root
    ),
    pytest.param(
        lambda s: mounted(repositories(s), "ro"),
        "storage-read-only",
        id="one directory mounted read-only",
        marks=needs_root,
    ),
    pytest.param(another_key, "token-key-mismatch", id="another key"),
    pytest.param(lambda s: edited(s.key, lambda _: "lost"), "token-key-unusable", id="key damaged"),
    pytest.param(issuer_changed, "token-refused", id="issuer changed, registry not restarted"),
    pytest.param(
        lambda s: edited(s.config, lambda text: text + "\n  nonsense: ]["),
        "registry-config-invalid",
        id="config.yml damaged",
    ),
    pytest.param(
        lambda s: edited(s.vhost, lambda text: text.replace("}", "", 1)),
        "nginx-config-invalid",
        id="virtual host damaged",
    ),
    pytest.param(
        lambda s: header(s, "Host", '$host; proxy_set_header Authorization ""'),
        "authorization-lost",
        id="Authorization stripped",
    ),
    pytest.param(foreign_backend, "wrong-backend", id="wrong backend"),
    pytest.param(lambda s: nginx_passes_to(s, free_port()), "proxy-bad-gateway", id="proxy_pass to nowhere"),
    pytest.param(lambda s: header(s, "Host", "$host"), "location-wrong", id="Host without its port"),
    pytest.param(lambda s: tls(s, "http"), "location-wrong", id="X-Forwarded-Proto wrong"),
]


@pytest.mark.parametrize(("fault", "code"), FAULTS)
def test_a_fault_is_found_as_the_root_cause_and_gone_when_repaired(
    stack: Stack, fault: Callable[[Stack], AbstractContextManager[None]], code: str
) -> None:
    stack.forget_logs()
    with fault(stack):
        report = stack.doctor("--write")
    assert report["root_causes"] == [code], told(report)
    assert {f["explained_by"] for f in report["findings"] if f["severity"] != "info"} <= {code, None}
    stack.require_well()


CRASHES: list[tuple[Callable[[Stack], AbstractContextManager[None]], str]] = [
    (
        lambda s: registry_ends_with(
            s, setting("storage", value={"nosuchdriver": {}}), b"StorageDriver not registered"
        ),
        "storage-driver-unknown",
    ),
    (lambda s: port_taken(s, "http", "addr"), "port-taken"),
    (lambda s: port_taken(s, "http", "debug", "addr"), "port-taken"),
    (bundle_unreadable, "token-bundle-unreadable"),
]


def test_each_reason_for_a_crash_loop_is_found_as_the_root_cause(stack: Stack) -> None:
    """One after the other, without the seconds that a registry takes to settle in between."""
    for fault, code in CRASHES:
        assert control.act(REGISTRY.directory(stack.root), control.STOP).ok
        stack.forget_logs()
        with fault(stack):
            report = stack.doctor("--write")
        assert report["root_causes"] == [code], told(report)
        loop = next(f for f in report["findings"] if f["code"] == "service-crash-loop")
        assert loop["explained_by"] == code
        assert loop["evidence"]
    stack.wait_for("registry")
    stack.require_well()


# --- the clock


def test_a_clock_that_is_off_is_a_cause_of_its_own(stack: Stack, tmp_path: Path) -> None:
    with chronyd(tmp_path, ahead=600) as ahead:
        report = stack.doctor("--ntp-server", ahead)
    assert report["root_causes"] == ["clock-skew"], told(report)
    assert "600 s behind" in report["findings"][0]["summary"]


def test_one_liar_among_three_time_servers_is_outvoted_and_named(stack: Stack, tmp_path: Path) -> None:
    honest, liar = tmp_path / "honest", tmp_path / "liar"
    honest.mkdir()
    liar.mkdir()
    with chronyd(honest) as second, chronyd(liar, ahead=600) as third:
        servers = [word for s in (third, stack.time_server, second) for word in ("--ntp-server", s)]
        report = stack.require_well(*servers)
    clock = report["checks"][0]["because"]
    assert "by 2 time servers" in clock
    assert re.search(rf"outvoted: {re.escape(third)}: \+(?:599\.9|600\.0)", clock)


@pytest.mark.parametrize("answer", ["none", "contradicting"])
def test_a_clock_that_nobody_vouches_for_is_not_verified(stack: Stack, tmp_path: Path, answer: str) -> None:
    with contextlib.ExitStack() as servers:
        other = f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}"
        options = ["--ntp-server", other]
        if answer == "contradicting":
            options = ["--ntp-server", servers.enter_context(chronyd(tmp_path, ahead=600))]
            options += ["--ntp-server", stack.time_server]
        report = stack.doctor(*options)
        strict, _, _ = stack.glctl("doctor", "--strict", *options)
    assert report["root_causes"] == ["clock-not-verified"], told(report)
    assert report["checks"][0]["outcome"] == "finding"
    assert (report["ok"], strict) == (True, 1)


# --- several faults at once


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        pytest.param(
            lambda s: stopped(s, NGINX), another_key, {"service-down", "token-key-mismatch"}, id="nginx, key"
        ),
        pytest.param(
            lambda s: with_mode(repositories(s), 0o555),
            lambda s: header(s, "Host", "$host; proxy_set_header Authorization ''"),
            {"storage-not-writable", "authorization-lost"},
            id="storage, proxy",
        ),
    ],
)
def test_two_faults_at_once_are_both_named(
    stack: Stack, first: Callable[[Stack], Any], second: Callable[[Stack], Any], codes: set[str]
) -> None:
    stack.forget_logs()
    with first(stack), second(stack):
        report = stack.doctor("--write")
    assert set(report["root_causes"]) == codes, told(report)
    stack.require_well()


def test_storage_and_clock_at_once(stack: Stack, tmp_path: Path) -> None:
    stack.forget_logs()
    with chronyd(tmp_path, ahead=-90) as behind, moved_away(stack.images):
        report = stack.doctor("--ntp-server", behind)
    assert set(report["root_causes"]) == {"clock-skew", "storage-missing"}, told(report)


# --- healthy, but different


def outcomes(report: dict[str, Any]) -> dict[str, str]:
    return {check["name"]: check["outcome"] for check in report["checks"]}


def test_without_a_debug_server_its_check_is_not_tried(stack: Stack) -> None:
    with edited(stack.config, setting("http", "debug", value=None)):
        report = stack.require_well(but=("registry-config-drift",))
    assert outcomes(report)["debug-server"] == "not_tried"


def test_the_key_is_also_found_in_the_secrets_file(stack: Stack) -> None:
    with moved_away(stack.key):
        assert outcomes(stack.require_well(but=("file-drift",)))["token"] == "ok"


def test_tls_that_ends_before_nginx(stack: Stack) -> None:
    """As behind a load balancer: clients use https, nginx is spoken to in http and knows it."""
    with header(stack, "X-Forwarded-Proto", "https"):
        report = stack.require_well("--write", but=("nginx-config-drift",))
    push = next(check for check in report["checks"] if check["name"] == "push")
    assert push["because"].startswith("begun only: clients are sent on to https://registry.example.com:")
    assert not list((repositories(stack) / "glctl/doctor/_uploads").glob("*/data"))


def test_nginx_serving_https_itself(stack: Stack) -> None:
    with tls(stack, "https"):
        report = stack.require_well("--write", but=("nginx-config-drift",))
    assert outcomes(report)["push"] == "ok"


def test_by_default_nothing_is_left_in_storage(stack: Stack) -> None:
    def files() -> list[Path]:
        return sorted(stack.images.rglob("*"))

    before = files()
    stack.require_well()
    assert files() == before


def test_writing_again_leaves_nothing_more(stack: Stack) -> None:
    def blobs() -> list[Path]:
        return sorted(path for path in stack.images.rglob("data") if path.is_file())

    stack.require_well("--write")
    before = blobs()
    stack.require_well("--write")
    assert blobs() == before


def test_read_only_does_not_even_write_a_temporary_file(stack: Stack) -> None:
    with with_mode(repositories(stack), 0o555):
        report = stack.require_well("--read-only")
    assert outcomes(report)["storage-writable"] == "not_tried"


# --- as a command


def test_a_healthy_stack_that_has_settled_is_examined_in_half_a_second(stack: Stack) -> None:
    wait_until(lambda: look(REGISTRY.directory(stack.root)).seconds > 3, "the registry has settled")
    assert min(stack.require_well()["duration_ms"] for _ in range(5)) < 500


def test_nothing_configured_yet(tmp_path: Path, stack: Stack) -> None:
    code, out, err = Stack(tmp_path, stack.time_server, {}).glctl("doctor")
    assert (code, out) == (1, "")
    assert "There is no registry here" in err
    assert f"glctl --root {tmp_path} reconfigure" in err


def test_a_registry_that_hangs_is_late_and_holds_nobody_up(stack: Stack) -> None:
    pid = look(REGISTRY.directory(stack.root)).pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        report = stack.doctor("--timeout", "0.5")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert time.monotonic() - begun < 4  # not the 7 s that a client waits for an answer
    assert report["root_causes"] == ["check-late"], told(report)
    assert outcomes(report)["token"] == "not_run"
    stack.require_well()


def test_ctrl_c_ends_it_at_once_and_quietly(stack: Stack) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        server = f"127.0.0.1:{silent.getsockname()[1]}"
        command = [sys.executable, "-m", "glctl", "--root", str(stack.path), "doctor", "--ntp-server", server]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        silent.recv(64)  # it is waiting for the answer now
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (130, "", "")


def test_a_reader_that_has_gone_is_no_error(stack: Stack) -> None:
    command = [sys.executable, "-m", "glctl", "--root", str(stack.path)]
    command += ["doctor", "--ntp-server", stack.time_server]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_no_secret_is_shown_whatever_the_logs_repeat(stack: Stack) -> None:
    planted = {name: f"PLANTED-{name}-{os.urandom(4).hex()}" for name in ("http", "user", "header", "proxy")}
    port = free_port()
    endpoint = {
        "name": "hook",
        "url": f"http://bob:{planted['user']}@127.0.0.1:{port}/?token={planted['user']}",
        "headers": {"Authorization": [f"Bearer {planted['header']}"]},
        "timeout": "200ms",
        "threshold": 1,
        "backoff": "10ms",
    }

    def change(text: str) -> str:
        text = setting("http", "secret", value=planted["http"])(text)
        return setting("notifications", value={"endpoints": [endpoint]})(text)

    proxy = stack.path / "opt/gitlab/etc/registry/env/HTTP_PROXY"
    proxy.write_text(f"http://bob:{planted['proxy']}@127.0.0.1:1")
    shown = ""
    with registry_runs_with(stack, change):
        key_lines = stack.key.read_text().splitlines()
        stack.doctor("--write")  # a push, and so an event
        wait_until(lambda: planted["user"].encode() in stack.log.read_bytes(), "the log repeats the endpoint")
        ntp = ("--ntp-server", stack.time_server)
        for options in (["doctor"], ["-v", "doctor"], ["-v", "doctor", "--format", "json"]):
            shown += "".join(map(str, stack.glctl(*options, "--write", *ntp)))
    proxy.unlink()
    assert "notification-failing" in shown
    for secret in (*planted.values(), "eyJ", *key_lines):
        assert secret not in shown
