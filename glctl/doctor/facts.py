"""Facts: what checks need beside Observed, each made once, when first asked for, whoever asks first."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from glctl.doctor import clocks, tls
from glctl.doctor.check import NotTriedError
from glctl.doctor.once import Once, once
from glctl.doctor.signing import KEY_FILE
from glctl.errors import GlctlError
from glctl.settings.urls import bracketed

if TYPE_CHECKING:
    from glctl.clients.dates import DateAnswer
    from glctl.clients.distribution import Health, Ping, Vars
    from glctl.clients.http import Client
    from glctl.clients.keys import RSAPrivateKey
    from glctl.clients.ntp import Survey
    from glctl.converge.nginx_test import Verdict
    from glctl.converge.plan import Plan
    from glctl.doctor.build import Build
    from glctl.doctor.gitlab import GitLab
    from glctl.doctor.images import Images
    from glctl.doctor.intended import Intended
    from glctl.doctor.login import Login
    from glctl.doctor.observed import Observed
    from glctl.doctor.outside import Public
    from glctl.doctor.realm import Realm
    from glctl.doctor.s3 import S3Facts
    from glctl.doctor.tls import Place
    from glctl.doctor.virtual_host import Address
    from glctl.doctor.watch import Seen
    from glctl.logs.scan import LogMatch
    from glctl.secret import Secret
    from glctl.services.accounts import Account
    from glctl.services.supervisor import Supervisor
    from glctl.settings.urls import Url

# Where --write stores its one blob: the same every time, so that what stays never grows.
REPOSITORY = "glctl/doctor"
BLOB = b"glctl doctor: this blob may be deleted.\n"

_LOG_LINES = 2000  # of each log; some megabytes at most
_LOG_WINDOW = 3600.0  # seconds
_LAST_WORDS = 2.0  # seconds before a service ended, or began anew, in whose lines the reason may stand


@dataclass(frozen=True, slots=True)
class Options:
    """What the user asked for."""

    write: bool = False
    read_only: bool = False
    waiting: bool = False  # it will be looked at again: nothing logs in yet
    ntp_servers: tuple[str, ...] = ()
    login: Login | None = None  # a user's, to be tried
    image: str = ""  # whose name and access to examine
    ntp_timeout: float = 1.5  # seconds; also for a Date that takes their place
    deep: bool = False  # walk whole trees instead of samples


class Facts(Once):
    """The facts of one examination; leaving it closes what they hold open."""

    def __init__(self, observed: Observed, options: Options) -> None:
        super().__init__()
        self.observed = observed
        self.options = options

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in ("client", "outside", "s3"):
            made = self._made.get(name)
            if made and made[0]:
                made[0].close()

    # --- gitlab.rb

    @once
    def intended(self) -> Intended:
        """This host's gitlab.rb as it stands."""
        from glctl.doctor.intended import intend

        return intend(self.observed)

    @once
    def plan(self) -> Plan:
        """What reconfigure would change. Not tried where gitlab.rb cannot be used."""
        from glctl.converge.prepare import prepare

        if (configuration := self.intended().configuration) is None:
            raise NotTriedError("gitlab.rb cannot be used")
        return prepare(configuration).plan

    # --- the time

    @once
    def time_servers(self) -> tuple[Survey, Survey]:
        """What NTP servers say, and what those say that this machine follows."""
        return clocks.ask_time_servers(self.options.ntp_servers, self.options.ntp_timeout)

    @once
    def s3_date(self) -> DateAnswer | str:
        """The object store's Date, or why there is none."""
        return clocks.s3_date(self)

    @once
    def gitlab_date(self) -> DateAnswer | str:
        """GitLab's Date, or why there is none."""
        return clocks.gitlab_date(self)

    @once
    def registry_date(self) -> DateAnswer | str:
        """The Date under the registry's public name, or why there is none."""
        return clocks.registry_date(self)

    @once
    def clock(self) -> clocks.Clock:
        """How far this machine's clock is off."""
        return clocks.judge_clock(self)

    # --- services

    @once
    def supervisor(self) -> Supervisor | None:
        """The runsvdir of this root."""
        from glctl.services.supervisor import find

        return find(self.observed.root)

    @once
    def services(self) -> dict[str, Seen]:
        """How each enabled service does."""
        from glctl.doctor.watch import watch

        return watch({name: self._directory(name) for name in self.observed.services})

    def _directory(self, service: str) -> Path:
        from glctl.services.catalog import SERVICES

        return next(s for s in SERVICES if s.name == service).directory(self.observed.root)

    def is_up(self, service: str) -> bool:
        """Whether a service is enabled and runs."""
        seen = self.services().get(service)
        return seen is not None and seen.status.is_up and not seen.looping

    @once
    def account(self) -> Account:
        """Whom the registry runs as: as its run script says, else as its process, else as whoever asks."""
        from glctl.services.accounts import Account

        if self.observed.run_as:
            return Account.named(self.observed.run_as)
        seen = self.services().get("registry")
        try:
            uid = Path(f"/proc/{seen.status.pid if seen else None}").stat().st_uid
        except FileNotFoundError:
            uid = os.geteuid()
        return Account.numbered(uid)

    @once
    def unread_changes(self) -> tuple[str, ...]:
        """Files that the registry reads only when it starts, and that changed after it did; as evidence."""
        from glctl.services.runit import in_words

        if not self.is_up("registry"):
            return ()
        since = self.services()["registry"].status.since
        bundle = self.observed.setting("auth", "token", "rootcertbundle")
        paths = [self.observed.path(path) for path in (self.observed.config_path, bundle) if path]
        return tuple(
            f"{path} changed {in_words(age)} after the registry had started, which has not read it since"
            for path in paths
            if (age := _changed(path) - since) > 0
        )

    @once
    def unread_by_nginx(self) -> tuple[str, ...]:
        """Files of nginx's that changed after it had last read them; as evidence."""
        from glctl.doctor.nginx_files import unread

        pid = self.services()["nginx"].status.pid if self.is_up("nginx") else None
        return unread(self.observed, pid) if pid else ()

    @once
    def nginx_test(self) -> Verdict:
        """What nginx says of its files."""
        from glctl.doctor.nginx_files import test

        return test(self.observed)

    @once
    def build(self) -> Build:
        """Which registry this is."""
        from glctl.doctor.build import ask

        return ask(self.observed)

    # --- storage

    @once
    def images(self) -> Images:
        """What lies where the filesystem driver keeps images; all of it with ``deep``, else a sample."""
        from glctl.doctor.images import look

        directory = self.observed.storage_directory
        if directory is None:
            raise NotTriedError("images are not kept on a file system")
        return look(directory, deep=self.options.deep)

    # --- logs

    def last_words(self, service: str) -> list[str]:
        """What a service that does not stay up said at last."""
        from glctl.logs.recent import last_words

        return last_words(self.observed.root, service)

    @once
    def log_matches(self) -> tuple[LogMatch, ...]:
        """What the rules find at the end of the logs; what one log says now, no other one says had ended."""
        from glctl.logs.recent import recent_matches
        from glctl.logs.sources import find_sources

        matches: list[LogMatch] = []
        for source in find_sources(self.observed.root, self.observed.services):
            matches += recent_matches(source, _LOG_LINES, *self._log_window(source.service))
        current = {match.code for match in matches if not match.ended}
        return tuple(match for match in matches if not (match.ended and match.code in current))

    def _log_window(self, service: str) -> tuple[datetime, datetime]:
        """From when on lines are read, and from when on they tell of now.

        That is an hour, and the last start, which may have mended what was before. What does not run says why
        at its end.
        """
        from glctl.services.runit import last_known

        hour = time.time() - _LOG_WINDOW
        seen = self.services()[service]
        status = seen.status if seen.status.is_supervised else last_known(self._directory(service))
        since = began = hour
        if seen.looping:
            began = seen.first.since - _LAST_WORDS
        elif status and status.state == "run":
            began = status.since
        elif status:
            since = began = status.since - _LAST_WORDS
        return datetime.fromtimestamp(max(hour, since), UTC), datetime.fromtimestamp(max(hour, began), UTC)

    @once
    def s3(self) -> S3Facts:
        """What is known of the bucket that images are kept in."""
        from glctl.doctor.s3 import S3Facts

        return S3Facts(self)

    # --- requests

    @once
    def client(self) -> Client:
        """For requests to this host: what is meant for the public name goes to the local nginx.

        Certificates are not verified here: this asks whether the way is open, not whether others trust it.
        """
        from glctl.clients.http import Client

        vhost = self.observed.vhost
        via: dict[Address, Address] = {}
        if vhost and vhost.entrance and vhost.address:
            via[vhost.entrance.host.strip("[]"), vhost.entrance.port] = vhost.address
        return Client(connect_to=via, verify=False, connect_timeout=2.0, read_timeout=7.0)

    @property
    def local_base(self) -> str:
        """The registry itself, past the proxy."""
        scheme = "https" if self.observed.setting("http", "tls", "certificate") else "http"
        return _base(scheme, self.observed.registry, "the registry")

    @property
    def debug_base(self) -> str:
        """The registry's debug server."""
        if not self.observed.setting("http", "debug", "addr"):
            raise NotTriedError("the registry has none: registry['debug_addr'] is not set")
        return _base("http", self.observed.debug, "the debug server")

    @property
    def entrance(self) -> Url:
        """How nginx itself is addressed for the registry, if it can be asked at all."""
        vhost = self.observed.require_vhost()
        if vhost.proxy_protocol:
            raise NotTriedError("nginx only answers a load balancer here, in the PROXY protocol")
        if vhost.entrance is None:
            raise NotTriedError(f"nginx listens on no TCP address in {vhost.path}")
        return vhost.entrance

    @property
    def proxy_base(self) -> str:
        """The registry through nginx."""
        return self.entrance.origin

    @once
    def ping_local(self) -> Ping:
        """``GET /v2/`` of the registry itself, without a token."""
        from glctl.clients.distribution import ping

        return ping(self.client(), self.local_base)

    @once
    def ping_proxy(self) -> Ping:
        """``GET /v2/`` through nginx, without a token."""
        from glctl.clients.distribution import ping

        return ping(self.client(), self.proxy_base)

    @once
    def health(self) -> Health:
        """``/debug/health``."""
        from glctl.clients.distribution import debug_health

        return debug_health(self.client(), self.debug_base)

    @once
    def vars(self) -> Vars:
        """``/debug/vars``."""
        from glctl.clients.distribution import debug_vars

        return debug_vars(self.client(), self.debug_base)

    @once
    def outside(self) -> Client:
        """For requests as clients send them: names lead where this host resolves them to."""
        from glctl.clients.http import Client

        return Client(verify=False, resolve_timeout=1.5, connect_timeout=2.0, read_timeout=7.0)

    @once
    def public(self) -> Public:
        """The public address, and what clients meet there."""
        from glctl.doctor.outside import Public, named_in, public_url

        gitlab = named = None
        with suppress(NotTriedError, GlctlError, PermissionError):
            gitlab = self.gitlab()
        with suppress(PermissionError):
            named = named_in(self.intended())
        return Public(public_url(self.observed, gitlab, named), self.outside())

    @once
    def tls_here(self) -> tuple[Place, ...]:
        """What this machine shows in TLS handshakes."""
        return tls.here(self)

    @once
    def tls_elsewhere(self) -> Place:
        """What another machine shows under the registry's public name."""
        return tls.elsewhere(self)

    # --- tokens

    @once
    def realm(self) -> Realm:
        """GitLab's token service, where the registry sends clients."""
        from glctl.doctor.realm import Realm

        token = self.observed.setting("auth", "token") or {}
        return Realm(self.outside(), str(token.get("realm", "")), str(token.get("service", "")))

    @property
    def login(self) -> Login:
        """Whose login is to be tried."""
        if self.options.login is None:
            raise NotTriedError("nobody's login was given: --login-as USER --token-stdin")
        if self.options.waiting:
            raise NotTriedError("a login is tried once, when the rest is well")
        return self.options.login

    @once
    def trusted_key_ids(self) -> frozenset[str]:
        """The ids of the keys whose certificates the registry trusts."""
        from glctl.clients.keys import key_id, read_certificates
        from glctl.doctor.signing import read_text

        bundle = self.observed.path(self.observed.setting("auth", "token", "rootcertbundle"))
        certificates = read_certificates(read_text(bundle) or "", str(bundle))
        return frozenset(key_id(certificate.public_key()) for certificate in certificates)

    @once
    def key(self) -> RSAPrivateKey:
        """The key that tokens are signed with."""
        from glctl.doctor.signing import signing_key

        try:
            named = self.gitlab().key
        except (NotTriedError, GlctlError, PermissionError):
            named = ""
        return signing_key(self.observed.root, named or KEY_FILE)

    @once
    def gitlab(self) -> GitLab:
        """What GitLab on this host has been told of the registry."""
        from glctl.doctor.gitlab import read_gitlab

        return read_gitlab(self.observed.root)

    def token(self, *actions: str, kid: str = "", repository: str = REPOSITORY) -> Secret:
        """A token of our own for *actions* on *repository*; for ``/v2/`` alone without any.

        *kid* instead of the id by which GitLab names the key.
        """
        from glctl.clients.distribution import grant
        from glctl.clients.keys import sign_token

        settings = self.observed.setting("auth", "token") or {}
        return sign_token(
            self.key(),
            issuer=str(settings.get("issuer", "")),
            audience=str(settings.get("service", "")),
            subject="glctl",
            access=[grant(repository, *actions)] if actions else [],
            now=time.time(),
            kid=kid,
        )

    def said_of_tokens(self, since: float) -> list[str]:
        """What the registry's log has said of tokens since *since* (Unix time): why it refused ours."""
        from glctl.doctor.refusal import said

        return said(self.observed.root, since) if "registry" in self.observed.services else []


def _base(scheme: str, address: Address | None, what: str) -> str:
    if address is None:
        raise NotTriedError(f"{what} listens on no TCP address that config.yml names")
    host, port = address
    return f"{scheme}://{bracketed(host)}:{port}"


def _changed(path: Path) -> float:
    """When *path* was written last (Unix time); 0 where that cannot be seen."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
