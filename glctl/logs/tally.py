"""What was seen in logs, counted: parts of it are counted apart and put together."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from glctl.logs.explain import explain
from glctl.logs.ordinary import STARTED
from glctl.patterns import Pattern

if TYPE_CHECKING:
    from datetime import datetime

    from glctl.logs.records import LogRecord
    from glctl.logs.rules import Severity

EXAMPLES = 3  # kept of each kind
_NAMES = 1000  # repositories, users, clients or shapes that are told apart; memory stays bounded
OTHERS = "(others)"
_LINE = 4096  # bytes kept of an example
_SHAPE = 160  # characters

# What differs between lines of one kind: quoted text, paths and URLs, ids, numbers.
_VARIABLE = Pattern(r'"[^"]*"|(?:\w+:/)?/\S+|\b[0-9a-fA-F-]{8,}\b|\d+(?:\.\d+)*')
_REPOSITORY = Pattern(r"/v2/(.+?)/(?:blobs|manifests|tags|_uploads|referrers)/")


@dataclass(frozen=True, slots=True)
class Example:
    """A line, and where it stands: *offset* in bytes from the beginning of the text of *file*."""

    file: str
    offset: int
    service: str
    line: bytes


@dataclass(slots=True)
class Seen:
    """Lines of one kind. *minutes*: how many in each minute since the epoch."""

    severity: Severity
    explanation: str = ""  # the latest line's
    services: set[str] = field(default_factory=set)  # whose logs say so
    count: int = 0
    first: datetime | None = None
    last: datetime | None = None
    minutes: Counter[int] = field(default_factory=Counter)
    repositories: Counter[str] = field(default_factory=Counter)
    users: Counter[str] = field(default_factory=Counter)
    clients: Counter[str] = field(default_factory=Counter)
    examples: list[Example] = field(default_factory=list)

    def add(self, record: LogRecord, file: str, offset: int) -> None:
        """Count *record*, which stands at *offset* in *file*."""
        self.count += 1
        self.services.add(record.service)
        if record.time:
            self.first = min(self.first or record.time, record.time)
            self.last = max(self.last or record.time, record.time)
            self.minutes[int(record.time.timestamp()) // 60] += 1
        for counter, name in zip(
            (self.repositories, self.users, self.clients), affected(record), strict=True
        ):
            if name:
                count(counter, name, 1)
        if len(self.examples) < EXAMPLES:
            self.examples.append(Example(file, offset, record.service, record.raw[:_LINE]))

    def join(self, other: Seen) -> None:
        """Count what *other*, which stands behind this, has counted."""
        self.count += other.count
        self.services |= other.services
        self.explanation = other.explanation or self.explanation
        self.first = min((t for t in (self.first, other.first) if t), default=None)
        self.last = max((t for t in (self.last, other.last) if t), default=None)
        self.minutes.update(other.minutes)
        for mine, others in (
            (self.repositories, other.repositories),
            (self.users, other.users),
            (self.clients, other.clients),
        ):
            for name, number in others.items():
                count(mine, name, number)
        self.examples = [*self.examples, *other.examples][:EXAMPLES]


@dataclass(slots=True)
class Tally:
    """What was seen, by Code; and what no rule explains at level error and above, by its shape."""

    codes: dict[str, Seen] = field(default_factory=dict)
    shapes: dict[str, Seen] = field(default_factory=dict)
    noise: int = 0  # lines that look bad, and are not
    size: int = 0  # bytes of text
    is_empty: bool = True  # no line lies in the window
    starts: dict[str, datetime] = field(default_factory=dict)  # when each service last began to serve
    unread: dict[str, str] = field(default_factory=dict)  # files that could not be read to their end, and why

    @property
    def end(self) -> datetime | None:
        """The latest time that anything was seen at."""
        seen = (each.last for each in (*self.codes.values(), *self.shapes.values()))
        return max((time for time in (*seen, *self.starts.values()) if time), default=None)

    def is_over(self, seen: Seen) -> bool:
        """Whether *seen* was not seen since all the services that said so last began to serve."""
        last = seen.last
        began = [self.starts.get(service) for service in seen.services]
        return last is not None and all(each is not None and last < each for each in began)

    def begins(self, service: str, time: datetime) -> None:
        """Note that *service* began to serve at *time*."""
        self.starts[service] = max(self.starts.get(service, time), time)

    def add(self, record: LogRecord, file: str, offset: int) -> None:
        """Count *record*, if it tells something."""
        explained = explain(record)
        if explained and (rule := explained.rule):
            seen = self.codes.setdefault(rule.code, Seen(rule.severity))
            seen.explanation = explained.explanation
            seen.add(record, file, offset)
        elif explained:
            self.noise += 1
        elif record.level in ("error", "fatal"):
            self._shape(shape(record)).add(record, file, offset)
        elif record.time and record.message.startswith(STARTED.decode()):
            self.begins(record.service, record.time)

    def join(self, other: Tally) -> None:
        """Count what *other*, of what stands behind this, has counted."""
        self.noise += other.noise
        self.size += other.size
        self.is_empty = self.is_empty and other.is_empty
        for code, seen in other.codes.items():
            self.codes.setdefault(code, Seen(seen.severity)).join(seen)
        for name, seen in other.shapes.items():
            self._shape(name).join(seen)
        for service, time in other.starts.items():
            self.begins(service, time)
        self.unread.update(other.unread)

    def _shape(self, name: str) -> Seen:
        if name not in self.shapes and len(self.shapes) >= _NAMES:
            name = OTHERS
        return self.shapes.setdefault(name, Seen("error", name))


def shape(record: LogRecord) -> str:
    """What lines of one kind have in common: the words of *record* without what is different each time."""
    said = [record.message, *(str(record.fields.get(key, "")) for key in ("err.detail", "detail", "error"))]
    text = ": ".join(part for part in said if part)
    return re.sub(r"\s+", " ", _VARIABLE.sub("…", text[: 4 * _SHAPE]))[:_SHAPE]


def affected(record: LogRecord) -> tuple[str, str, str]:
    """Whom *record* is about: repository, user, client; each empty where it does not say."""
    fields = record.fields
    uri = str(fields.get("http.request.uri") or fields.get("uri") or fields.get("request") or "")
    repository = fields.get("vars.name") or fields.get("vars_name") or repository_of(uri)
    user = fields.get("auth.user.name") or fields.get("auth_user_name") or ""
    client = fields.get("http.request.remoteaddr") or fields.get("remote_addr") or fields.get("client") or ""
    return str(repository), str(user).replace("-", "", 1) if user == "-" else str(user), host(str(client))


def repository_of(uri: str) -> str:
    """The repository that a request of the registry's API is about; empty where it is about none."""
    found = _REPOSITORY.search(uri)
    return found[1] if found else ""


def host(address: str) -> str:
    """An address without its port, which is another one each time."""
    host, colon, port = address.rpartition(":")
    return host.strip("[]") if colon and port.isdigit() and (":" not in host or host[0] == "[") else address


def count(counter: Counter[str], name: str, number: int) -> None:
    """Add *number* to *name*. Of very many names, those that are rare so far become one."""
    counter[name] += number
    if len(counter) > 2 * _NAMES:
        kept = counter.most_common(_NAMES)
        others = counter.total() - sum(each for _, each in kept)
        counter.clear()
        counter.update(dict(kept))
        counter[OTHERS] += others
