"""Facts: what checks need beside Observed, each made once, when first asked for, whoever asks first."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from glctl.errors import GlctlError
from glctl.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    from glctl.clients.distribution import Health, Ping, Vars
    from glctl.clients.http import Client
    from glctl.clients.ntp import Survey
    from glctl.doctor.observed import Observed
    from glctl.logs.scan import LogMatch
    from glctl.services.runit import Status

KEY_FILE = "/var/opt/gitlab/gitlab-rails/etc/gitlab-registry.key"
# Where --write stores its one blob: the same every time, so that what stays never grows.
REPOSITORY = "glctl/doctor"
BLOB = b"glctl doctor: this blob may be deleted.\n"

# Independent of this host's own time service, which is what is being checked.
NTP_SERVERS = ("0.debian.pool.ntp.org", "1.debian.pool.ntp.org", "2.debian.pool.ntp.org")

_LOG_LINES = 2000  # of each log; some megabytes at most
_LOG_WINDOW, _LOOP_WINDOW = 3600.0, 15.0  # seconds
_YOUNG = 3.0  # seconds; a service this young may be crash looping, and is looked at twice
_SECOND_LOOK = 1.3  # seconds; runsv tries again one second after a service has ended

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for."""

    write: bool = False
    read_only: bool = False
    ntp_servers: tuple[str, ...] = NTP_SERVERS
    ntp_timeout: float = 1.5  # seconds


@dataclass(frozen=True, slots=True)
class Seen:
    """A service as it was seen; *looping*: it ended between two looks."""

    status: Status
    looping: bool = False


def _once(make: Callable[[Facts], T]) -> Callable[[Facts], T]:
    """Make a fact at the first call; threads that ask meanwhile wait, and get the same result or error."""

    @wraps(make)
    def made(self: Facts) -> T:
        with self._guard:
            lock = self._locks.setdefault(make.__name__, threading.Lock())
        with lock:
            if make.__name__ not in self._made:
                try:
                    self._made[make.__name__] = (make(self), None)
                except GlctlError as exc:
                    self._made[make.__name__] = (None, exc)
        value, error = self._made[make.__name__]
        if error:
            raise error
        result: T = value
        return result

    return made


class Facts:
    """The facts of one examination."""

    def __init__(self, observed: Observed, options: Options) -> None:
        self.observed = observed
        self.options = options
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
        self._made: dict[str, tuple[Any, GlctlError | None]] = {}

    @_once
    def clock(self) -> Survey:
        """What NTP servers say."""
        from glctl.clients.ntp import survey

        return survey(self.options.ntp_servers, timeout=self.options.ntp_timeout)

    @_once
    def services(self) -> dict[str, Seen]:
        """Each enabled service; a second look only where the first shows a young or waiting process."""
        from glctl.services.catalog import SERVICES
        from glctl.services.runit import look

        chosen = [s for s in SERVICES if s.name in self.observed.services]
        first = {s.name: look(s.directory(self.observed.root)) for s in chosen}
        if not any(_is_suspect(status) for status in first.values()):
            return {name: Seen(status) for name, status in first.items()}
        time.sleep(_SECOND_LOOK)
        second = {s.name: look(s.directory(self.observed.root)) for s in chosen}
        return {name: Seen(second[name], _is_looping(first[name], second[name])) for name in first}

    def last_words(self, service: str) -> list[str]:
        """What a service that does not stay up said at last."""
        from glctl.logs.recent import last_words

        return last_words(self.observed.root, service)

    @_once
    def log_matches(self) -> tuple[LogMatch, ...]:
        """What the rules find at the end of the logs, of the last hour and since the service's last start."""
        from glctl.logs.recent import recent_lines
        from glctl.logs.scan import scan
        from glctl.logs.sources import find_sources

        matches: list[LogMatch] = []
        for source in find_sources(self.observed.root, self.observed.services):
            since = self._log_window(source.service)
            matches += scan(recent_lines(source, _LOG_LINES), source.service, since).matches
        return tuple(matches)

    def _log_window(self, service: str) -> datetime:
        """From when on lines count. What does not stay up says why each time: only that counts."""
        now = time.time()
        seen = self.services().get(service)
        began = now - _LOG_WINDOW
        if seen and seen.looping:
            began = now - _LOOP_WINDOW
        elif seen and seen.status.is_up:
            began = max(began, seen.status.since)
        return datetime.fromtimestamp(began, UTC)

    @_once
    def client(self) -> Client:
        """For requests to this host: what is meant for the public address goes to the local nginx.

        Certificates are not verified here: this asks whether the way is open, not whether others trust it.
        """
        from glctl.clients.http import Client

        public, proxy = self.observed.public, self.observed.proxy
        via = {(public.host.strip("[]"), public.port): proxy} if public and proxy else {}
        return Client(connect_to=via, verify=False, connect_timeout=2.0, read_timeout=8.0)

    @property
    def local_base(self) -> str:
        """The registry itself, past the proxy."""
        return _base("http", self.observed.registry, "the registry")

    @property
    def public_base(self) -> str:
        """The registry as clients address it."""
        if self.observed.public is None:
            raise GlctlError("There is no virtual host of the registry: nginx does not serve it.")
        return self.observed.public.origin

    @_once
    def ping_local(self) -> Ping:
        """``GET /v2/`` of the registry itself, without a token."""
        from glctl.clients.distribution import ping

        return ping(self.client(), self.local_base)

    @_once
    def ping_public(self) -> Ping:
        """``GET /v2/`` through nginx, without a token."""
        from glctl.clients.distribution import ping

        return ping(self.client(), self.public_base)

    @_once
    def health(self) -> Health:
        """``/debug/health``."""
        from glctl.clients.distribution import debug_health

        return debug_health(self.client(), _base("http", self.observed.debug, "the debug server"))

    @_once
    def vars(self) -> Vars:
        """``/debug/vars``."""
        from glctl.clients.distribution import debug_vars

        return debug_vars(self.client(), _base("http", self.observed.debug, "the debug server"))

    @_once
    def key(self) -> RSAPrivateKey:
        """The key that tokens are signed with."""
        from glctl.clients.keys import read_private_key

        path = self.observed.root.at(KEY_FILE)
        return read_private_key(Secret(_read(path)), str(path))

    def token(self, *actions: str) -> Secret:
        """A token of our own for *actions* on our repository; for ``/v2/`` alone without any."""
        from glctl.clients.distribution import grant
        from glctl.clients.keys import sign_token

        settings = self.observed.setting("auth", "token") or {}
        return sign_token(
            self.key(),
            issuer=str(settings.get("issuer", "")),
            audience=str(settings.get("service", "")),
            subject="glctl",
            access=[grant(REPOSITORY, *actions)] if actions else [],
            now=time.time(),
        )


def _base(scheme: str, address: tuple[str, int] | None, what: str) -> str:
    if address is None:
        raise GlctlError(f"config.yml has no address of {what} that can be asked.")
    host, port = address
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def _is_suspect(status: Status) -> bool:
    young = status.state == "run" and status.seconds < _YOUNG
    return young or status.state == "finish" or (status.state == "down" and status.want == "up")


def _is_looping(first: Status, second: Status) -> bool:
    if second.want == "down" or not second.is_supervised:
        return False
    return not second.is_up or (first.pid, first.since) != (second.pid, second.since)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as exc:
        raise GlctlError(f"{path} cannot be read: {exc.strerror}.", "Run glctl as root.") from None
