"""Where ``trace --listen`` listens, who may come in and until when; and what is told while it does."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from glctl.errors import GlctlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glctl.console import Console
    from glctl.trace.docker import Mode
    from glctl.trace.exchange import Conversation
    from glctl.trace.proxy import Door
    from glctl.trace.way import Way

AT_MOST = 3600.0  # seconds, unless told otherwise, where others than this machine are let in
_UNITS = {"s": 1, "m": 60, "h": 3600}
_ANY = ("0.0.0.0", "::")  # noqa: S104 - compared with, where an administrator asks for it
_STOPS = "Ctrl-C ends it."


def duration(text: str) -> float:
    """The seconds that ``30s``, ``10m`` or ``2h`` are."""
    number, unit = text[:-1], text[-1:]
    if not number.isascii() or not number.isdigit() or unit not in _UNITS or not int(number):
        raise UsageError(f"--for {text}: that is no time.", "Write 30s, 10m or 2h.")
    return float(int(number) * _UNITS[unit])


def door_of(address: str, password_stdin: bool) -> Door:
    """The Door at HOST[:PORT]; others than this machine need a password, which is made here or read."""
    from glctl.trace.proxy import Door

    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname or "", parts.port or 0
    except ValueError:
        host, port = "", 0
    if not host or parts.path or parts.username:
        raise UsageError(f"--listen={address}: that is no address.", "Write HOST, HOST:PORT or [IPV6]:PORT.")
    if password_stdin:
        return Door(host, port, _read_password())
    if is_loopback(host):
        return Door(host, port)
    import secrets

    return Door(host, port, secrets.token_urlsafe(16))


def require_free(door: Door) -> None:
    """Raise GlctlError where nobody can listen at that door."""
    from glctl.services.ports import why_not

    if reason := why_not(door.host, door.port):
        raise GlctlError(
            f"Nobody can listen at {door.host}:{door.port}: {reason}.",
            "Name another port, or none, and one is chosen; ss -ltnp tells who listens where.",
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it there."""
    import ipaddress

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _read_password() -> str:
    password = sys.stdin.readline().rstrip("\r\n")
    if not password or ":" in password or not password.isprintable():
        raise UsageError(
            "--password-stdin: the first line of standard input is empty, or holds what a password may not.",
            "Any printable characters will do, but no colon.",
        )
    return password


def listen(
    door: Door,
    docker: Mode,
    seconds: float | None,
    environment: Mapping[str, str],
    console: Console,
    *,
    show_password: bool,
    with_secrets: bool,
) -> Conversation:
    """Tell how to come in, stay until Ctrl-C or so many *seconds*; what was said meanwhile."""
    from glctl.trace.front import Front
    from glctl.trace.recording import listen as listen_at

    require_free(door)
    front = Front(console, with_secrets)

    def wait(way: Way, made: Mapping[str, str]) -> None:
        url = _url_for_clients(way.url, door, show_password)
        for line in _instructions(way, docker, url, made):
            console.note(line)
        until = "" if seconds is None else f" until {time.strftime('%H:%M:%S', _at(seconds))}"
        console.note(f"\nListening at {urlsplit(url).netloc.rpartition('@')[2]}{until}. {_STOPS}")
        if door.password and not show_password:
            console.note("PASSWORD stands for the one that was read.")
        front.stay(way.recorder, seconds, console.note)

    return listen_at(door, environment, docker=docker, told=front.told, wait=wait, note=console.note)


def _at(seconds: float) -> time.struct_time:
    return time.localtime(time.time() + seconds)


def _instructions(way: Way, docker: Mode, url: str, made: Mapping[str, str]) -> list[str]:
    from glctl.trace import instructions

    if docker == "own":
        return list(instructions.with_docker(made["DOCKER_HOST"]))
    if docker == "host":
        return ["The Docker daemon of this machine goes through the proxy: use docker as ever."]
    return list(instructions.elsewhere(url, way.authority.read_text()))


def _url_for_clients(url: str, door: Door, show_password: bool) -> str:
    """*url* with what clients have to know: another name than any address, the password."""
    import platform

    from glctl.trace.proxy import USER

    port = urlsplit(url).port
    host = platform.node() if door.host in _ANY else door.host
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if not door.password:
        return f"http://{place}"
    password = quote(door.password, safe="") if show_password else "PASSWORD"
    return f"http://{USER}:{password}@{place}"
