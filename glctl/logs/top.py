"""Requests counted from access records: which were slow, who met errors, what was answered.

The registry tells of one request twice (``response completed`` and an access line), and nginx once more: each
kind of record of a service is counted apart, in a View of its own.
"""

from __future__ import annotations

import heapq
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, NamedTuple

from glctl.errors import GlctlError
from glctl.logs.ordinary import concerning
from glctl.logs.records import time_of
from glctl.logs.sources import RAILS
from glctl.logs.sweep import lines
from glctl.logs.tally import count, host, repository_of
from glctl.logs.text import Text
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from glctl.logs.stretches import Stretch, Window

_SLOWEST = 10

# How lines begin that tell of a request that was answered.
_ANSWER = (
    rb'(?=time="[^"\n]*" level=\w+ msg="response completed'
    rb'|\{[^\n]*"(?:msg|message)":"(?:response completed|access)'
    rb'|\S+ \S+ \S+ \[[^]\n]*\] "[^\n]*" \d{3} )'
)
_ACCESS = Pattern(rb'(?:[^ \n]{25} )?(\S+) \S+ (\S+) \[[^]]*\] "(\S+) (\S+)[^"\\]*(?:\\.[^"\\]*)*" (\d{3}) ')
_PAIR = Pattern(r' ([^ =]+)=("[^"\\]*(?:\\.[^"\\]*)*"|[^ ]*)')
_DURATION = Pattern(r"(\d+(?:\.\d+)?)(h|ms|m|s|µs|us|ns)")  # as Go writes it: 1m2.5s, 830.5µs
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9}


class Request(NamedTuple):
    """One request as it was answered. *seconds*: None where the record does not tell."""

    kind: str
    method: str
    uri: str
    status: int
    client: str
    user: str
    seconds: float | None


class Slow(NamedTuple):
    """A request that took long, and its line. Ordered by *seconds*."""

    seconds: float
    line: bytes
    method: str
    uri: str
    status: int


@dataclass(slots=True)
class View:
    """The requests that one kind of record of a service tells of. Names are counted of those that failed."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    repositories: Counter[str] = field(default_factory=Counter)
    users: Counter[str] = field(default_factory=Counter)
    clients: Counter[str] = field(default_factory=Counter)
    slowest: list[Slow] = field(default_factory=list)  # a heap

    def add(self, request: Request, line: bytes) -> None:
        """Count *request*, which *line* tells of."""
        self.requests += 1
        self.statuses[request.status] += 1
        if request.seconds is not None:
            self._keep(Slow(request.seconds, line, request.method, request.uri, request.status))
        if _failed(request):
            for counter, name in (
                (self.repositories, repository_of(request.uri)),
                (self.users, request.user),
                (self.clients, request.client),
            ):
                if name:
                    count(counter, name, 1)

    def join(self, other: View) -> None:
        """Count what *other* has counted."""
        self.requests += other.requests
        self.statuses.update(other.statuses)
        for mine, others in (
            (self.repositories, other.repositories),
            (self.users, other.users),
            (self.clients, other.clients),
        ):
            for name, number in others.items():
                count(mine, name, number)
        for slow in other.slowest:
            self._keep(slow)

    def _keep(self, slow: Slow) -> None:
        if len(self.slowest) < _SLOWEST:
            heapq.heappush(self.slowest, slow)
        elif slow > self.slowest[0]:
            heapq.heapreplace(self.slowest, slow)


@dataclass(slots=True)
class Top:
    """The Views by service and kind of record, and what could not be read (as in Tally)."""

    views: dict[tuple[str, str], View] = field(default_factory=lambda: defaultdict(View))
    size: int = 0
    unread: dict[str, str] = field(default_factory=dict)

    def join(self, other: Top) -> None:
        """Count what *other* has counted."""
        self.size += other.size
        self.unread.update(other.unread)
        for key, view in other.views.items():
            self.views[key].join(view)

    def told(self) -> dict[str, View]:
        """The View of each service that tells most."""
        most: dict[str, View] = {}
        for (service, _), view in self.views.items():
            if service not in most or view.requests > most[service].requests:
                most[service] = view
        return most


def top_of(stretch: Stretch, window: Window, tell: Callable[[int], None]) -> Top:
    """Count the requests that *stretch* tells of; *tell* as in sweep."""
    top = Top()
    choose = concerning if stretch.service == RAILS else partial(_answered, prefix=stretch.prefix)
    try:
        text = Text(stretch.path, stretch.start, stretch.inode)
    except (OSError, GlctlError) as exc:
        top.unread[str(stretch.path)] = getattr(exc, "strerror", None) or str(exc)
        return top
    try:
        for _, line in lines(text, stretch, choose, tell):
            if (window.is_open or window.holds(time_of(line))) and (request := request_of(line)):
                top.views[stretch.service, request.kind].add(request, line)
    finally:
        text.close()
    top.size = text.size
    if text.trouble:
        top.unread[str(stretch.path)] = text.trouble
    return top


@cache
def _pattern(prefix: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"\n(?:[^ \n]{25} )?(?:" + re.escape(prefix) + rb")?" + _ANSWER)


def _answered(text: bytes | bytearray, end: int, prefix: bytes) -> Iterator[int]:
    return (found.start() + 1 for found in _pattern(prefix).finditer(text, 0, end))


def request_of(line: bytes) -> Request | None:
    """What an access record tells, without looking at more of it than that needs; None for any other line."""
    start = line.find(b"{", 0, 27)
    if start >= 0 and line[start - 1 : start] in (b"", b" "):
        return _from_json(line[start:])
    if access := _ACCESS.match(line):
        client, user, method, uri, status = (part.decode("utf-8", "replace") for part in access.groups())
        return Request("access", method, uri, int(status), client, user if user != "-" else "", None)
    pairs = _PAIR.findall(line.decode("utf-8", "replace"))
    return _from_fields({key: value.strip('"') for key, value in pairs})


def _from_json(text: bytes) -> Request | None:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _from_fields(fields)


def _from_fields(fields: dict[str, object]) -> Request | None:
    """From upstream's names (http.request.method), those of GitLab's registry (method), of Rails (path)."""

    def value(*names: str) -> str:
        return next((str(fields[name]) for name in names if fields.get(name) is not None), "")

    status = value("http.response.status", "status")
    if not status.isdecimal():
        return None
    return Request(
        "request",
        value("http.request.method", "method"),
        value("http.request.uri", "uri", "path"),
        int(status),
        host(value("http.request.remoteaddr", "remote_addr", "remote_ip")),
        value("auth.user.name", "auth_user_name", "username"),
        _seconds(value("http.response.duration"), value("duration_ms"), value("duration_s")),
    )


def _seconds(go: str, milliseconds: str, seconds: str) -> float | None:
    try:
        if milliseconds or seconds:
            return float(milliseconds) / 1000 if milliseconds else float(seconds)
    except ValueError:
        return None
    parts = _DURATION.findall(go)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts) if parts else None


def _failed(request: Request) -> bool:
    """Whether it is a failure: not the challenge for a token, nor the look for what is not there yet."""
    return request.status >= 500 or (request.status >= 400 and request.status not in (401, 404))
