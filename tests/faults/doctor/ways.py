"""Ways to break something, for the files of faults: each a context manager that repairs it when left."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from certificates import Authority, Pair
from servers import free_port, nginx, wait_until
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
        line
        for line in stack.vhost.read_text().splitlines()
        if line.split()[:2] == ["proxy_set_header", name]
    )
    return nginx_runs_with(stack, (line, f"proxy_set_header {name} {value};"))


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
