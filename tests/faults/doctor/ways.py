"""Ways to break something, for the files of faults: each a context manager that repairs it when left."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from certificates import Authority, Pair, self_signed
from servers import chronyd, free_port, nginx, wait_until
from stacks import AS_ROOT, HOST

from glctl.clients import keys
from glctl.services import control
from glctl.services.catalog import NGINX, REGISTRY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from stacks import Stack

    from glctl.services.catalog import Service

# --- files


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


def replaced(*changes: tuple[str, str]) -> Callable[[str], str]:
    """Replaces texts, each of which must be there."""

    def change(text: str) -> str:
        for old, new in changes:
            assert old in text, f"there is no {old!r}"
            text = text.replace(old, new)
        return text

    return change


def setting(*path: str, value: Any) -> Callable[[str], str]:
    """Sets a value of config.yml; None removes it."""

    def change(text: str) -> str:
        document = yaml.safe_load(text)
        node = document
        for key in path[:-1]:
            node = node.setdefault(key, {})
        if value is None:
            del node[path[-1]]
        else:
            node[path[-1]] = value
        return yaml.safe_dump(document)

    return change


@contextlib.contextmanager
def given_to_root(path: Path, mode: int | None = None) -> Iterator[None]:
    """*path* as a restore from backup leaves it."""
    if not AS_ROOT:
        pytest.skip("only root can give files away")
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
def moved_away(path: Path, instead: str | None = None, *, link: str = "") -> Iterator[None]:
    """*path* gone, or in its place a file with the text *instead*, or a symbolic link to *link*."""
    away = path.with_name(f"{path.name}.away")
    path.rename(away)
    if instead is not None:
        path.write_text(instead)
    if link:
        path.symlink_to(link)
    yield
    path.unlink(missing_ok=True)
    away.rename(path)


@contextlib.contextmanager
def added(path: Path, text: str) -> Iterator[None]:
    """A file that was not there."""
    assert not path.exists()
    path.write_text(text)
    yield
    path.unlink()


@contextlib.contextmanager
def mounted(path: Path, options: str, *, fill: bool = False, left: int = 0) -> Iterator[None]:
    """A tmpfs over *path*, with its owner and mode; *fill*: with only so many bytes *left* in it."""
    if not AS_ROOT:
        pytest.skip("only root can mount")
    owner = path.stat()
    options = f"{options},uid={owner.st_uid},gid={owner.st_gid},mode={owner.st_mode & 0o7777:o}"
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("this root may not mount")
    try:
        if fill:
            with open(path / "filler", "wb", buffering=0) as filler:
                with contextlib.suppress(OSError):
                    while filler.write(bytes(4096)):
                        pass
                filler.truncate(filler.tell() - left)
        yield
    finally:
        # Lazily: the registry may look at it just now.
        subprocess.run(["umount", "-l", str(path)], check=True)


@contextlib.contextmanager
def configured(stack: Stack, lines: str, without: str = "") -> Iterator[None]:
    """The stack as reconfigure makes it with other *lines* in gitlab.rb, *without* those that hold this."""

    def change(text: str) -> str:
        kept = [line for line in text.splitlines() if not without or without not in line]
        return "\n".join([*kept, lines, ""])

    with edited(stack.gitlab_rb, change):
        _reconfigured(stack)
        yield
    _reconfigured(stack)


def _reconfigured(stack: Stack) -> None:
    code, _, err = stack.glctl("reconfigure")
    assert code == 0, err


@contextlib.contextmanager
def image(stack: Stack, name: str = "group/project") -> Iterator[dict[str, Path]]:
    """An image in storage, as a push leaves it; yields where its parts lie."""
    v2, owner = stack.images / "docker/registry/v2", stack.images.stat()
    layer, config = b"a layer\n" * 64, b"{}"
    references = [{"digest": _digest(each), "size": len(each)} for each in (config, layer)]
    manifest = json.dumps({"schemaVersion": 2, "config": references[0], "layers": references[1:]}).encode()
    parts = {"config": config, "layer": layer, "manifest": manifest}
    places = {
        part: v2 / "blobs/sha256" / _digest(content)[7:9] / _digest(content)[7:] / "data"
        for part, content in parts.items()
    }
    repository = v2 / "repositories" / name
    links = {"link": repository / "_manifests/revisions/sha256" / _digest(manifest)[7:] / "link"}
    for path, content in (
        *((places[part], parts[part]) for part in parts),
        (links["link"], _digest(manifest).encode()),
    ):
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    for path in (*repository.parent.rglob("*"), repository.parent, *(v2 / "blobs").rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    yield {**places, **links}
    shutil.rmtree(v2 / "repositories" / name.partition("/")[0])
    for place in places.values():
        shutil.rmtree(place.parent)


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


# --- services


@contextlib.contextmanager
def registry_runs_with(stack: Stack, change: Callable[[str], str]) -> Iterator[None]:
    """The registry restarted on a changed config.yml, and at last on the old one again."""
    with edited(stack.config, change):
        stack.restart()
        yield
    stack.restart()


@contextlib.contextmanager
def stopped(stack: Stack, service: Service) -> Iterator[None]:
    """A service stopped on purpose, as with gitlab-ctl stop."""
    assert control.act(service.directory(stack.root), control.STOP).ok
    yield
    assert control.act(service.directory(stack.root), control.START).ok
    stack.wait_for(service.name)


@contextlib.contextmanager
def registry_ends(stack: Stack, words: bytes, broken: AbstractContextManager[None]) -> Iterator[None]:
    """The registry in a crash loop once *broken* is entered, its log saying *words*; up again at last."""
    assert control.act(REGISTRY.directory(stack.root), control.STOP).ok
    with broken:
        stack.start_in_vain(words)
        yield
    stack.wait_for("registry")


@contextlib.contextmanager
def registry_ends_with(stack: Stack, change: Callable[[str], str], words: bytes) -> Iterator[None]:
    """The registry in a crash loop for a changed config.yml, its log saying *words*."""
    with registry_ends(stack, words, edited(stack.config, change)):
        yield


@contextlib.contextmanager
def nginx_ends(stack: Stack, broken: AbstractContextManager[None]) -> Iterator[None]:
    """nginx in a crash loop: restarted once *broken* is entered."""
    directory = NGINX.directory(stack.root)
    assert control.act(directory, control.STOP).ok
    with broken:
        log = stack.log.parent.parent / "nginx/current"
        said = log.stat().st_size
        control.send(directory, control.START)
        wait_until(lambda: log.stat().st_size > said, "nginx says why it ended")
        yield
    stack.wait_for("nginx")


@contextlib.contextmanager
def nginx_runs_with(stack: Stack, *changes: tuple[str, str]) -> Iterator[None]:
    """nginx reloaded with replacements made in the registry's virtual host."""
    with edited(stack.vhost, replaced(*changes)):
        stack.reload_nginx()
        yield
    stack.reload_nginx()


def location_with(stack: Stack, directives: str) -> AbstractContextManager[None]:
    """nginx with further *directives* where it passes requests on to the registry."""
    passing = f"proxy_pass http://127.0.0.1:{stack.ports['registry']}"
    return nginx_runs_with(stack, (passing, f"{directives} {passing}"))


def nginx_passes_to(stack: Stack, port: int) -> AbstractContextManager[None]:
    """nginx sent on to another port."""
    upstream = f"proxy_pass http://127.0.0.1:{stack.ports['registry']}"
    return nginx_runs_with(stack, (upstream, f"proxy_pass http://127.0.0.1:{port}"))


def header(stack: Stack, name: str, value: str) -> AbstractContextManager[None]:
    """nginx with another value of a header that it passes on."""
    line = next(
        f"{line.partition(';')[0]};"  # another may stand behind it
        for line in stack.vhost.read_text().splitlines()
        if line.split()[:2] == ["proxy_set_header", name]
    )
    return nginx_runs_with(stack, (line, f"proxy_set_header {name} {value};"))


# --- clocks


@contextlib.contextmanager
def time_from(stack: Stack, *servers: str) -> Iterator[None]:
    """The doctor told to ask these time servers instead of the stack's own."""
    before = stack.time_server, stack.options
    stack.time_server, *others = servers
    stack.options += tuple(word for server in others for word in ("--ntp-server", server))
    yield
    stack.time_server, stack.options = before


@contextlib.contextmanager
def time_server(**how: Any) -> Iterator[str]:
    """A chronyd of its own (servers.chronyd); its address."""
    with tempfile.TemporaryDirectory() as folder, chronyd(Path(folder), **how) as server:
        yield server


def silent_time_server() -> str:
    """An address at which no time server is, as where UDP is closed."""
    return f"127.0.0.1:{free_port(socket.SOCK_DGRAM)}"


@contextlib.contextmanager
def gitlab(stack: Stack, *, ahead: int) -> Iterator[None]:
    """Tokens come from a GitLab whose clock is *ahead*: an nginx that refuses as GitLab does."""
    port, shown = free_port(), self_signed("gitlab.example.com")
    refused = (
        f"listen 127.0.0.1:{port} ssl; ssl_certificate crt; ssl_certificate_key key;"
        " location / { return 302 /users/sign_in; }"
        " location = /jwt/auth { default_type application/json; add_header WWW-Authenticate Basic always;"
        """ return 401 '{"errors":[{"code":"UNAUTHORIZED","message":"HTTP Basic: Access denied"}]}'; }"""
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        added(Path(folder) / "crt", shown.chain),
        added(Path(folder) / "key", shown.key),
        nginx(Path(folder), refused, port, ahead=ahead),
        configured(stack, f"registry['token_realm'] = 'https://127.0.0.1:{port}'"),
    ):
        yield


# --- certificates of the stack "https"


@contextlib.contextmanager
def pair_on_disk(stack: Stack, pair: Pair) -> Iterator[None]:
    """Another certificate and key in their files; nginx goes on with those that it has read."""
    etc = stack.path / "etc/gitlab/ssl"
    with (
        edited(etc / f"{HOST}.crt", lambda _: pair.chain),
        edited(etc / f"{HOST}.key", lambda _: pair.key),
    ):
        yield


@contextlib.contextmanager
def pair_shown(stack: Stack, pair: Pair, *changes: tuple[str, str]) -> Iterator[None]:
    """Another certificate and key, which nginx has read; *changes* are made in the virtual host."""
    with pair_on_disk(stack, pair), edited(stack.vhost, lambda text: replaced(*changes)(text) + "\n"):
        stack.reload_nginx()
        yield
    stack.reload_nginx()


def issued(**how: Any) -> Pair:
    """A pair for the registry's name, of an authority that nobody here knows."""
    return Authority("Stranger").issue(HOST, **how)


# --- what stands beside the registry


@contextlib.contextmanager
def marked(stack: Stack, name: str) -> Iterator[None]:
    """Storage with a mark of who knows its images, as GitLab's registry makes it."""
    folder = stack.images / "docker/registry/lockfiles"
    folder.mkdir(exist_ok=True)
    os.chown(folder, stack.images.stat().st_uid, stack.images.stat().st_gid)
    with added(folder / name, ""):
        yield
    if not list(folder.iterdir()):
        folder.rmdir()


@contextlib.contextmanager
def database(stack: Stack, port: int) -> Iterator[None]:
    """The metadata database enabled, at *port*. Debian's registry passes over it, only GitLab's has one."""
    settings = f"{{ 'enabled' => true, 'host' => '127.0.0.1', 'port' => {port}, 'dbname' => 'registry' }}"
    with configured(stack, f"registry['database'] = {settings}"):
        yield


@contextlib.contextmanager
def fake_postgres() -> Iterator[int]:
    """A fake, since a real one takes seconds: it answers an SSLRequest as PostgreSQL does, and ends."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        stop = threading.Event()

        def serve() -> None:
            while not stop.is_set():
                connection, _ = held.accept()
                with connection:
                    connection.recv(8)
                    connection.sendall(b"N")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield held.getsockname()[1]
        stop.set()
        with socket.create_connection(held.getsockname()):
            pass
        thread.join()


def redis_cache(port: int, password: str = "", database: int = 0) -> str:
    """The line of gitlab.rb for a cache in Redis."""
    more = f", 'password' => '{password}'" if password else ""
    more += f", 'db' => {database}" if database else ""
    return f"registry['redis'] = {{ 'cache' => {{ 'enabled' => true, 'addr' => '127.0.0.1:{port}'{more} }} }}"


# --- others on this machine


@contextlib.contextmanager
def listener(port: int = 0) -> Iterator[int]:
    """A loopback port held by this process."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", port))
        held.listen()
        yield held.getsockname()[1]


@contextlib.contextmanager
def port_taken(stack: Stack, *path: str) -> Iterator[None]:
    """An address of the registry, a setting of config.yml, held by somebody else: by this process."""
    with listener() as port:
        change = setting(*path, value=f"127.0.0.1:{port}")
        with registry_ends_with(stack, change, b"address already in use"):
            yield


@contextlib.contextmanager
def nginx_sends_to(stack: Stack, server: str) -> Iterator[None]:
    """The registry's virtual host sent on to another nginx, with these directives in its server block."""
    port = free_port()
    with (
        tempfile.TemporaryDirectory() as folder,
        nginx(Path(folder), f"listen 127.0.0.1:{port}; {server}", port),
        nginx_passes_to(stack, port),
    ):
        yield


@contextlib.contextmanager
def another_key(stack: Stack) -> Iterator[None]:
    with edited(stack.key, lambda _: keys.generate_key(bits=2048).reveal()):
        yield
