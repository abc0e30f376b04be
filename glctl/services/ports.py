"""TCP ports of this host: who listens where, and whether an address can be had."""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from glctl.services.processes import Process, everyone, link_text
from glctl.services.teardown import members

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from glctl.paths import Root

_LISTEN, _ESTABLISHED = "0A", "01"  # states in /proc/net/tcp (proc(5))
_ANY = ("0.0.0.0", "::")  # noqa: S104 - where others listen; a probe of it never listens itself
_MAPPED = bytes(10) + b"\xff\xff"
_NOT_HERE = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)


@dataclass(frozen=True, slots=True)
class Listener:
    """A listening TCP socket. *processes* hold it open; empty where this user may not see them."""

    host: str
    port: int
    uid: int  # of the socket's owner
    processes: tuple[Process, ...]

    def __str__(self) -> str:
        if self.processes:
            pids = {process.pid for process in self.processes}
            tops = [process for process in self.processes if process.parent not in pids]  # no nginx workers
            return ", ".join(f"{process.name} (pid {process.pid})" for process in tops)
        import pwd

        try:
            user = pwd.getpwuid(self.uid).pw_name
        except KeyError:
            user = f"uid {self.uid}"
        return f"a process of {user} (only root sees which)"


def listeners(port: int) -> tuple[Listener, ...]:
    """Every socket that listens on *port*, on whatever address."""
    found = _sockets(port, _LISTEN)
    owners = _owners({inode for *_, inode in found})
    return tuple(Listener(host, port, uid, owners.get(inode, ())) for host, port, uid, inode in found)


def keeps_from_rebinding(host: str, port: int, pids: Collection[int]) -> bool:
    """Whether one of *pids* listens on *port* in a way that keeps it from also listening on *host*.

    Of every address and one of them only one can be bound; what is bound already is no matter.
    """
    own = {each.host for each in listeners(port) if {p.pid for p in each.processes} & {*pids}}
    wanted = {*_resolve(host)} - own
    return bool(own and wanted) and not ({*own, *wanted}.isdisjoint(_ANY))


def connections(port: int) -> int:
    """How many connections to *port*, on whatever address of this host, are open."""
    return len(_sockets(port, _ESTABLISHED))


def holders(host: str, port: int) -> tuple[Listener, ...]:
    """The listeners that answer at *host*:*port*, or keep it from being bound.

    *host* is a name or an address; empty or ``*`` means every IPv4 address. A listener on ``::`` is among
    them always: the kernel does not tell whether it takes IPv4, too.
    """
    try:
        wanted = {*_resolve(host)}
    except (socket.gaierror, UnicodeError):
        wanted = {host}
    return tuple(
        listener
        for listener in listeners(port)
        if listener.host in (*_ANY, *wanted) or not wanted.isdisjoint(_ANY)
    )


def foreign(found: Iterable[Listener], root: Root) -> tuple[Listener, ...]:
    """Those of *found* that do not belong to the services of *root*, but for ones that have ended meanwhile.

    Whose processes are ours is looked up after the listeners were: a service that starts over and over has a
    new pid each time.
    """
    own = {process.pid for process in members(root)}
    return tuple(
        listener
        for listener in found
        if not own & {process.pid for process in listener.processes} and _is_still_there(listener)
    )


def _is_still_there(listener: Listener) -> bool:
    """Whether one of its processes is; where none was seen, whether it listens still, and again unseen: the
    one at the first look may just have ended.
    """
    if listener.processes:
        return any(process.is_alive() for process in listener.processes)
    again = listeners(listener.port)
    return any(each.host == listener.host and not each.processes for each in again)


def why_not(host: str, port: int) -> str:
    """Why *host*:*port* cannot be bound now, such as ``address already in use``; empty if it can.

    Of a name with several addresses (localhost) those that this host does not have are left out.
    """
    try:
        addresses = _resolve(host)
    except (socket.gaierror, UnicodeError) as exc:
        return f"'{host}' is no address: {exc}"
    reasons = [_why_not(address, port) for address in addresses]
    here = [reason for reason in reasons if reason not in _NOT_HERE]
    worst = next(filter(None, here or reasons), 0)
    return os.strerror(worst).lower() if worst else ""


def _why_not(address: str, port: int) -> int:
    """The error number of binding *address*; 0 if it can be bound."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # As servers do: connections that linger in TIME_WAIT are no reason, a listener is.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:  # nginx's default; else a listener on 0.0.0.0 would count
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind((address, port))
    except OSError as exc:
        return exc.errno or errno.EINVAL
    return 0


def _resolve(host: str) -> list[str]:
    if host in ("", "*"):
        return [_ANY[0]]
    found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _sockets(port: int, state: str) -> list[tuple[str, int, int, str]]:
    """(address, port, uid, inode) of each socket on *port* that is in *state*."""
    return [entry for table in ("tcp", "tcp6") for entry in _entries(table, state) if entry[1] == port]


def _entries(table: str, state: str) -> list[tuple[str, int, int, str]]:
    """(address, port, uid, inode) of each socket in /proc/net/*table* that is in *state*."""
    try:
        lines = Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    except FileNotFoundError:  # no IPv6
        return []
    entries = []
    for fields in map(str.split, lines):
        if fields[3] == state:
            address, port = fields[1].split(":")
            entries.append((_address(address), int(port, 16), int(fields[7]), fields[9]))
    return entries


def _address(text: str) -> str:
    """The address that the kernel prints as one or four 32-bit words in this machine's byte order."""
    words = [int(text[i : i + 8], 16).to_bytes(4, sys.byteorder) for i in range(0, len(text), 8)]
    packed = b"".join(words)
    packed = packed.removeprefix(_MAPPED)  # an IPv6 socket that is bound to an IPv4 address
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


def _owners(inodes: set[str]) -> dict[str, tuple[Process, ...]]:
    """The processes that hold each of these sockets open, as far as they may be seen."""
    links = {f"socket:[{inode}]": inode for inode in inodes}
    found: dict[str, list[Process]] = {}
    for process in everyone() if links else ():
        for inode in {links[link] for link in _links(process.pid) if link in links}:
            found.setdefault(inode, []).append(process)
    return {inode: tuple(processes) for inode, processes in found.items()}


def _links(pid: int) -> list[str]:
    """Where the descriptors of *pid* lead."""
    links: list[str] = []
    with suppress(OSError), os.scandir(f"/proc/{pid}/fd") as entries:  # ended, or another user's
        links = [link_text(pid, f"fd/{entry.name}") for entry in entries]
    return links
